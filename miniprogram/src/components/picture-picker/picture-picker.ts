import { isPassing } from '../../api/ask';
import { failureOf } from '../../api/failure';
import { newKey, request } from '../../api/request';
import type { Picture } from '../../api/types';
import { pictureUrl, upload } from '../../api/upload';
import {
  chosen,
  kept,
  MOST_PICTURES,
  standing,
  withChange,
  type ChosenPicture,
  type KeptPicture,
} from '../../logic/pictures';
import { pickerWords } from '../../words/pictures';

type Touch = WechatMiniprogram.BaseEvent<object, { key: string }>;

/**
 * Chooses pictures and sends each at once. Fires `change` with what a draft keeps of them and how they stand; `start`
 * takes that again, also after a restart; `show` a list as it is. `most`: how many there may be.
 */
Component({
  properties: {
    most: { type: Number, value: MOST_PICTURES },
    title: { type: String, value: pickerWords.title },
    why: { type: String, value: pickerWords.why },
  },
  data: { w: pickerWords, list: [] as ChosenPicture[], full: false },
  methods: {
    start(from: readonly KeptPicture[]) {
      this.show(from.map(chosen));
      for (const one of from) void (one.id ? this.fetch(one) : this.send(one.key));
    },

    show(list: ChosenPicture[]) {
      this.setData({ list, full: list.length >= this.data.most });
      this.triggerEvent('change', { kept: kept(list), standing: standing(list) });
    },

    change(key: string, change: Partial<ChosenPicture>) {
      if (this.data.list.some((one) => one.key === key)) this.show(withChange(this.data.list, key, change));
    },

    async choose() {
      const count = this.data.most - this.data.list.length;
      try {
        const { tempFiles } = await wx.chooseMedia({
          count,
          mediaType: ['image'],
          sourceType: ['album', 'camera'],
          sizeType: ['compressed'],
        });
        const added = tempFiles
          .slice(0, count)
          .map(({ tempFilePath }) => chosen({ key: newKey(), path: tempFilePath, id: '' }));
        this.show([...this.data.list, ...added]);
        for (const { key } of added) void this.send(key);
      } catch (error) {
        // Whoever puts the album away has said all there is to say.
        const { errMsg = '' } = error as { errMsg?: string };
        if (!errMsg.includes('cancel')) wx.showToast({ title: pickerWords.notAllowed, icon: 'none' });
      }
    },

    async send(key: string) {
      const one = this.data.list.find((other) => other.key === key);
      if (!one) return;
      this.change(key, { failure: '', again: false, percent: 0 });
      try {
        const { id } = await upload(one.path, (percent) => this.change(key, { percent }));
        if (this.data.list.some((other) => other.id === id)) this.drop(key);
        else this.change(key, { id, percent: 100 });
      } catch (error) {
        this.change(key, { failure: failureOf(error).text, again: isPassing(error) });
      }
    },

    /** One that the server has: what it looks like now, if it is still there. */
    async fetch({ key, id }: KeptPicture) {
      try {
        const picture = await request<Picture>('GET', `/api/uploads/${id}`);
        if (picture.state === 'removed') this.change(key, { failure: pickerWords.removed });
        else this.change(key, { src: pictureUrl(picture) });
      } catch (error) {
        // Without network it may still be there, and sending will tell.
        if (!isPassing(error)) this.change(key, { failure: pickerWords.noFile });
      }
    },

    drop(key: string) {
      this.show(this.data.list.filter((one) => one.key !== key));
    },

    remove({ currentTarget }: Touch) {
      this.drop(currentTarget.dataset.key);
    },

    touch({ currentTarget }: Touch) {
      const one = this.data.list.find(({ key }) => key === currentTarget.dataset.key);
      if (one?.again) void this.send(one.key);
      else if (one?.src)
        void wx.previewImage({ urls: this.data.list.map(({ src }) => src), current: one.src });
    },
  },
});
