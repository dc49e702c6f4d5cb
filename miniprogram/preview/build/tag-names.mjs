/** The built-in tags of WeChat that the preview plays; any other tag must be a component of the program. */
export const TAG_NAMES = [
  "view", "text", "image", "icon", "button", "label", "form", "input", "textarea", "switch", "checkbox", "checkbox-group",
  "radio", "radio-group", "slider", "picker", "scroll-view", "swiper", "swiper-item", "navigator", "canvas", "rich-text",
  "progress", "root-portal", "page-meta", "cover-view",
];
