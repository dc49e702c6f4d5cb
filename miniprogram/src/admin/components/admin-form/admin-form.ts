import { failureOf, type Failure } from '../../../api/failure';
import { ApiError } from '../../../api/request';
import { look } from '../../../look';
import { kitWords } from '../../../words/admin-kit';
import {
  changedKeys,
  differences,
  mineOverTheirs,
  refusedField,
  valuesOf,
  written,
  wrongFields,
  type Difference,
  type FieldValue,
  type FormSchema,
  type FormValues,
} from '../../kit/form';

type Item = unknown;

/** What the edit began from. */
interface Began {
  item: Item;
  values: FormValues;
}

/** Room above a field that is scrolled to. */
const ABOVE_PX = 24;

const nothing: Failure = { text: '', requestId: '' };
const began = new WeakMap<object, Began>();

/**
 * A form of the admin pages. It reads, shows, checks and saves by itself; errors stand beside their fields; who leaves
 * with changes is asked; when somebody else saved first, both are shown and one is chosen.
 *
 * - `form`: a `FormSchema` (admin/kit/form.ts) in the page's data; its functions come with it. Another schema is read anew.
 * - `save` of the schema answers what is stored. A refusal `invalid_input` marks the field that `details.field` names;
 *   `changed_meanwhile` offers the choice. To keep mine means what I changed, put over what is there now.
 * - what is there is taken away, after a question, when the schema says how (`removal`).
 * - fires `saved` {item}.
 * - `mayLeave()`: true when nothing is unsaved, else what the person answers. For leaving within the page; who goes
 *   back is asked by WeChat itself.
 *   See admin/announcement/announcement.ts for a whole page.
 */
Component({
  properties: {
    form: { type: Object, value: null as unknown as FormSchema<Item> },
  },
  data: {
    ...look(),
    w: kitWords,
    bones: [1, 2, 3],
    state: 'loading' as 'loading' | 'ready' | 'error',
    failure: nothing,
    refused: nothing,
    values: {} as FormValues,
    wrong: {} as Record<string, string>,
    meanings: [] as string[],
    changed: false,
    busy: false,
    /** New, and not yet saved. */
    fresh: false,
    removing: false,
    notRemoved: '',
    /** In what the other's and mine differ, while one is to be chosen. */
    conflict: null as Difference[] | null,
  },
  observers: {
    form(form: FormSchema<Item> | null) {
      if (form) void this.load();
    },
  },
  lifetimes: {
    detached() {
      this.guard(false);
    },
  },
  methods: {
    schema(): FormSchema<Item> {
      return this.data.form;
    },

    async load() {
      const schema = this.schema();
      this.setData({ state: 'loading', fresh: schema.fresh ?? false });
      try {
        const item = await schema.read();
        if (schema !== this.schema()) return;
        this.show(item);
        this.setData({ state: 'ready' });
      } catch (error) {
        if (schema === this.schema()) this.setData({ state: 'error', failure: failureOf(error) });
      }
    },

    show(item: Item) {
      began.set(this, { item, values: valuesOf(this.schema(), item) });
      this.setData({ refused: nothing, wrong: {}, conflict: null });
      this.edit(began.get(this)!.values);
    },

    edit(values: FormValues) {
      const { groups } = this.schema();
      const changed = changedKeys(values, began.get(this)?.values ?? {}).length > 0;
      const isWhole = Object.keys(wrongFields(groups, values)).length === 0;
      const meanings = isWhole
        ? groups.map(({ meaning }) => meaning?.(written(groups, values)) ?? '')
        : this.data.meanings;
      this.setData({ values, changed, meanings });
      this.guard(changed);
    },

    change(event: WechatMiniprogram.CustomEvent<{ key: string; value: FieldValue }>) {
      const { key, value } = event.detail;
      const wrong = { ...this.data.wrong, [key]: '' };
      this.setData({ wrong, refused: Object.values(wrong).some(Boolean) ? this.data.refused : nothing });
      this.edit({ ...this.data.values, [key]: value });
    },

    async save() {
      const { groups, saved } = this.schema();
      const { values } = this.data;
      const wrong = wrongFields(groups, values);
      if (Object.keys(wrong).length) {
        this.mark(wrong);
        return;
      }
      this.setData({ busy: true, refused: nothing, wrong: {} });
      try {
        const item = await this.schema().save(written(groups, values), began.get(this)!.item);
        this.show(item);
        this.setData({ fresh: false });
        wx.showToast({ title: saved ?? kitWords.saved, icon: 'none' });
        this.triggerEvent('saved', { item });
      } catch (error) {
        await this.refuse(error);
      } finally {
        this.setData({ busy: false });
      }
    },

    async refuse(error: unknown) {
      const code = error instanceof ApiError ? error.code : '';
      if (code === 'changed_meanwhile') return this.compare();
      const named =
        error instanceof ApiError && code === 'invalid_input'
          ? refusedField(this.schema().groups, error.details['field'])
          : null;
      if (named) this.mark(Object.fromEntries([named]));
      else this.setData({ refused: failureOf(error) });
    },

    /** Says what is wrong, and brings the first of it into sight. */
    mark(wrong: Record<string, string>) {
      this.setData({ wrong, refused: { text: kitWords.someWrong, requestId: '' } }, () => {
        const query = this.createSelectorQuery();
        query.select('.fails').boundingClientRect();
        query.selectViewport().scrollOffset();
        query.exec(([field, page]) => {
          if (field?.top < 0) wx.pageScrollTo({ scrollTop: page.scrollTop + field.top - ABOVE_PX });
        });
      });
    },

    /** Somebody saved first. What they saved is read, and the person chooses. */
    async compare() {
      const schema = this.schema();
      try {
        const item = await schema.read();
        const theirs = valuesOf(schema, item);
        const mine = mineOverTheirs(this.data.values, began.get(this)!.values, theirs);
        began.set(this, { item, values: theirs });
        const conflict = differences(schema.groups, mine, theirs);
        this.edit(mine);
        if (conflict.length) this.setData({ conflict });
        else this.show(item);
      } catch (error) {
        this.setData({ refused: failureOf(error) });
      }
    },

    takeTheirs() {
      this.show(began.get(this)!.item);
    },

    keepMine() {
      this.setData({ conflict: null });
      return this.save();
    },

    askToRemove() {
      this.setData({ removing: true, notRemoved: '' });
    },

    stay() {
      this.setData({ removing: false });
    },

    async remove() {
      const { remove, removal } = this.schema();
      this.setData({ busy: true, notRemoved: '' });
      try {
        await remove?.();
        this.guard(false);
        wx.showToast({ title: removal!.removed, icon: 'none' });
        wx.navigateBack();
      } catch (error) {
        this.setData({ notRemoved: failureOf(error).text });
      } finally {
        this.setData({ busy: false });
      }
    },

    async mayLeave(): Promise<boolean> {
      if (!this.data.changed) return true;
      const { confirm } = await wx.showModal({
        content: kitWords.unsaved,
        confirmText: kitWords.leave,
        cancelText: kitWords.stay,
      });
      return confirm;
    },

    guard(unsaved: boolean) {
      if (unsaved) void wx.enableAlertBeforeUnload({ message: kitWords.unsaved });
      else void wx.disableAlertBeforeUnload({});
    },
  },
});
