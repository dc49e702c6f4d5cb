import { libraryToday } from '../../../api/clock';
import { pictureUrl } from '../../../api/upload';
import { chosen, type ChosenPicture, type KeptPicture } from '../../../logic/pictures';
import { look } from '../../../look';
import { kitWords } from '../../../words/admin-kit';
import { same, type Field, type FieldValue, type Person, type PictureValue, type Span } from '../../kit/form';

const LONG = 2000;
const LINE = 60;

/** A picture as the picker shows it. */
function picked({ id, path, given }: PictureValue): ChosenPicture {
  if (!given) return chosen({ key: id, path, id });
  const removed = given.state === 'removed';
  return {
    ...chosen({ key: id, path, id }),
    src: pictureUrl(given),
    failure: removed ? kitWords.pictureFacts.removed : '',
  };
}

/**
 * One field of `admin-form`, with its label, and what is wrong with it beneath.
 *
 * - `field`: `Field`, `value`: `FieldValue` (admin/kit/form.ts); `wrong`: a sentence, or ''.
 * - fires `change` {key, value}.
 */
Component({
  properties: {
    field: { type: Object, value: null as unknown as Field },
    value: { type: null as unknown as ObjectConstructor, value: null as unknown as object },
    wrong: { type: String, value: '' },
  },
  data: {
    ...look(),
    w: kitWords,
    today: '',
    most: LINE,
    stacked: false,
    picked: 0,
    shown: '',
    /** Of several choices: which are chosen. */
    on: {} as Record<string, boolean>,
    facts: '',
    tag: '',
    finding: false,
    /** What the picker of pictures shows. */
    shot: null as PictureValue | null,
  },
  observers: {
    'field, value'(field: Field | null, value: FieldValue) {
      if (!field) return;
      const picked = field.choices?.findIndex((one) => one.value === value) ?? -1;
      const choice = field.choices?.[picked];
      this.setData({
        today: libraryToday(),
        most: field.most ?? (field.kind === 'long' ? LONG : LINE),
        stacked: ['text', 'long', 'choices', 'span', 'tags', 'person', 'picture'].includes(field.kind),
        picked: Math.max(0, picked),
        shown: field.kind === 'person' ? ((value as Person | null)?.name ?? '') : (choice?.name ?? ''),
        on: field.kind === 'choices' ? Object.fromEntries(this.words().map((one) => [one, true])) : {},
        facts: choice?.facts ?? '',
      });
      if (field.kind === 'picture') this.showPicture(value as PictureValue | null);
    },
  },
  methods: {
    tell(value: FieldValue) {
      this.triggerEvent('change', { key: this.data.field.key, value });
    },

    type(event: WechatMiniprogram.Input) {
      this.tell(event.detail.value);
    },

    turn() {
      this.tell(!this.data.value);
    },

    choose(event: WechatMiniprogram.PickerChange) {
      const { choices } = this.data.field as Field;
      this.tell(choices ? (choices[Number(event.detail.value)]?.value ?? '') : String(event.detail.value));
    },

    clear() {
      this.tell('');
    },

    toggle(event: WechatMiniprogram.TouchEvent) {
      const { chosen } = event.currentTarget.dataset;
      const words = this.words();
      this.tell(words.includes(chosen) ? words.filter((one) => one !== chosen) : [...words, chosen]);
    },

    span(event: WechatMiniprogram.CustomEvent<Span>) {
      this.tell(event.detail);
    },

    typeTag(event: WechatMiniprogram.Input) {
      this.setData({ tag: event.detail.value });
    },

    addTag() {
      const tag = this.data.tag.trim();
      this.setData({ tag: '' });
      const tags = this.words();
      if (tag && !tags.includes(tag)) this.tell([...tags, tag]);
    },

    removeTag(event: WechatMiniprogram.TouchEvent) {
      const { tag } = event.currentTarget.dataset;
      this.tell(this.words().filter((one) => one !== tag));
    },

    showPicture(value: PictureValue | null) {
      const state = value?.given?.state;
      const facts = state && state !== 'removed' ? kitWords.pictureFacts[state] : '';
      if (same(value, this.data.shot)) this.setData({ facts });
      else
        this.setData({ facts, shot: value }, () => {
          const picker = this.selectComponent('#picture') as unknown as { show(list: ChosenPicture[]): void };
          picker.show(value ? [picked(value)] : []);
        });
    },

    choosePicture({
      detail: { kept, standing },
    }: WechatMiniprogram.CustomEvent<{ kept: KeptPicture[]; standing: PictureValue['standing'] }>) {
      const [one] = kept;
      const { shot } = this.data;
      const given = shot?.given?.id === one?.id ? shot!.given : null;
      const value = one ? { id: one.id, path: one.path, standing, given } : null;
      if (same(value, shot)) return;
      this.setData({ shot: value });
      this.tell(value);
    },

    words(): string[] {
      return (this.data.value as unknown as string[] | null) ?? [];
    },

    find() {
      this.setData({ finding: true });
    },

    stopFinding() {
      this.setData({ finding: false });
    },

    pick(event: WechatMiniprogram.CustomEvent<{ person: Person }>) {
      this.stopFinding();
      this.tell(event.detail.person);
    },

    nobody() {
      this.tell(null);
    },
  },
});
