import type { Picture } from '../../api/types';
import { pictureUrl } from '../../api/upload';
import { pictureStates, pictureWords } from '../../words/pictures';

interface Tile {
  id: string;
  src: string;
  word: string;
  /** What a person should look at first lies face down until it is tapped. */
  covered: boolean;
}

/** Pictures that somebody sent, for their author or (`staff`) for whoever reads what they told. */
Component({
  properties: {
    pictures: { type: Array, value: [] as Picture[] },
    staff: { type: Boolean, value: false },
  },
  data: { w: pictureWords, tiles: [] as Tile[] },
  observers: {
    'pictures, staff'(pictures: Picture[], staff: boolean) {
      const tiles = pictures.map(({ id, url, state }) => ({
        id,
        src: pictureUrl({ url }),
        word: pictureStates[state][staff ? 'staff' : 'author'],
        covered: staff && state === 'held',
      }));
      this.setData({ tiles });
    },
  },
  methods: {
    open({ currentTarget }: WechatMiniprogram.BaseEvent<object, { src: string }>) {
      const { src } = currentTarget.dataset;
      if (!src) return;
      const urls = this.data.tiles.flatMap((tile) => (tile.src ? [tile.src] : []));
      void wx.previewImage({ urls, current: src });
    },
  },
});
