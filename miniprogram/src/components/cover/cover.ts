import type { Picture } from '../../api/types';
import { pictureUrl } from '../../api/upload';
import { pictureWords } from '../../words/pictures';

/** A picture of what the library writes, as wide as there is room; one that cannot be had leaves no gap. */
Component({
  properties: {
    picture: { type: Object, value: null as unknown as Picture },
  },
  data: { w: pictureWords, src: '', ratio: 1 },
  observers: {
    picture(picture: Picture | null) {
      if (picture) this.setData({ src: pictureUrl(picture), ratio: picture.width / picture.height });
    },
  },
  methods: {
    open() {
      void wx.previewImage({ urls: [this.data.src] });
    },

    missing() {
      this.setData({ src: '' });
    },
  },
});
