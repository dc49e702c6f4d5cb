import { request } from '../../api/request';
import type { AdminAnnouncement } from '../../api/types';
import { look } from '../../look';
import { announcementWords } from '../../words/admin';
import type { FormSchema } from '../kit/form';

const PATH = '/api/admin/announcement';
const { title, titlePlaceholder, text, textPlaceholder, picture, pictureHint, save, consequence, saved } =
  announcementWords;

/** Without a title and a text, the home page shows no notice. */
const form: FormSchema<AdminAnnouncement> = {
  groups: [
    {
      fields: [
        { kind: 'text', key: 'title', label: title, hint: titlePlaceholder, most: 40 },
        { kind: 'long', key: 'text', label: text, hint: textPlaceholder },
        { kind: 'picture', key: 'picture', label: picture, hint: pictureHint },
      ],
      meaning: (written) => (written['title'] || written['text'] ? '' : announcementWords.takenOff),
    },
  ],
  saveName: save,
  consequence,
  saved,
  read: () => request<AdminAnnouncement>('GET', PATH),
  save: ({ picture: picture_id, ...written }, { version }) =>
    request<AdminAnnouncement>('PUT', PATH, { ...written, picture_id, version }),
};

Page({ data: { ...look(), form } });
