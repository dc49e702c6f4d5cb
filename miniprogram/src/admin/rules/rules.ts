import { failureOf, type Failure } from '../../api/failure';
import { request } from '../../api/request';
import type { AdminSeatRules, AllSeatRules, ReaderGroup, RuledArea } from '../../api/types';
import { consequencesOf } from '../../logic/rules-form';
import { look } from '../../look';
import { cardRules, cardSay, ruleGroups, rulesSay, rulesWords } from '../../words/admin';
import type { FieldGroup, FormSchema, ShownForm } from '../kit/form';

const PATH = '/api/admin/seat-rules';

const limits: FieldGroup[] = ruleGroups.map(({ key, name, fields }) => ({
  name,
  fields: fields.map((field) => ({ kind: field.key === 'release_time' ? 'time' : 'number', ...field })),
  meaning: (written) => consequencesOf(written as unknown as AdminSeatRules)[key],
}));

/** Who may book at all. */
function cardGroup(readers: readonly ReaderGroup[]): FieldGroup {
  const choices = readers.map(({ code, name }) => ({ value: code, name }));
  return {
    name: cardRules.name,
    fields: [
      { kind: 'switch', key: 'needs_card', label: cardRules.needsCard },
      ...(choices.length
        ? [{ kind: 'choices' as const, key: 'groups', label: cardRules.groups, choices }]
        : []),
    ],
    meaning: ({ needs_card, groups }) => {
      const chosen = choices.filter(({ value }) => (groups as string[]).includes(value));
      return cardSay.meaning(
        Boolean(needs_card),
        chosen.map(({ name }) => name),
      );
    },
  };
}

const nameGroup: FieldGroup = {
  fields: [
    {
      kind: 'text',
      key: 'name',
      label: rulesWords.name,
      range: rulesWords.nameRange,
      needed: true,
      most: 40,
    },
  ],
};

/** A set that an area may go by; an empty `id` is one of its own. */
interface Offer {
  id: string;
  name: string;
  facts: string;
  chosen: boolean;
}

const areasOf = (areas: readonly RuledArea[], rulesId: string) =>
  rulesSay.areas(areas.filter(({ rules_id }) => rules_id === rulesId).map(({ name }) => name));

const fetchAll = () => request<AllSeatRules>('GET', PATH);

function formOf(rulesId: string, readers: readonly ReaderGroup[]): FormSchema<AdminSeatRules> {
  return {
    groups: [nameGroup, ...limits, cardGroup(readers)],
    consequence: rulesWords.consequence,
    saved: rulesWords.saved,
    read: async () => {
      const rules = (await fetchAll()).items.find(({ id }) => id === rulesId);
      if (!rules) throw new Error('a colleague has let every area go by others');
      return rules;
    },
    save: (written, { id, ...saved }) => request('PUT', `${PATH}/${id}`, { ...saved, ...written }),
  };
}

Page({
  data: {
    ...look(),
    w: rulesWords,
    bones: [1, 2, 3],
    state: 'loading',
    failure: { text: '', requestId: '' } as Failure,
    sets: [] as { id: string; name: string }[],
    areas: [] as RuledArea[],
    chosen: '',
    /** Where the chosen set holds. */
    holds: '',
    form: null as FormSchema<AdminSeatRules> | null,
    /** The area that is asked for, and what it may go by. */
    asked: null as RuledArea | null,
    title: '',
    offered: [] as Offer[],
    refused: '',
    busy: false,
  },
  readers: [] as ReaderGroup[],

  onLoad() {
    void this.load();
  },

  async load() {
    this.setData({ state: 'loading' });
    try {
      const [all, groups] = await Promise.all([
        fetchAll(),
        request<{ items: ReaderGroup[] }>('GET', '/api/admin/reader-groups'),
      ]);
      this.readers = groups.items;
      this.here(all, this.data.chosen);
      this.setData({ state: 'ready' });
    } catch (error) {
      this.setData({ state: 'error', failure: failureOf(error) });
    }
  },

  /** What is there now; the set that was shown stays before one's eyes, or the one that is asked for. */
  here({ items, areas }: AllSeatRules, rulesId: string) {
    const chosen = items.some(({ id }) => id === rulesId) ? rulesId : (items[0]?.id ?? '');
    this.setData({ sets: items.map(({ id, name }) => ({ id, name })), areas });
    this.show(chosen);
  },

  show(chosen: string) {
    const form = chosen ? formOf(chosen, this.readers) : null;
    this.setData({ chosen, form, holds: areasOf(this.data.areas, chosen) });
  },

  mayLeave(): Promise<boolean> {
    const form = this.selectComponent('#form') as unknown as ShownForm | null;
    return form ? form.mayLeave() : Promise.resolve(true);
  },

  async choose(event: WechatMiniprogram.TouchEvent) {
    const { id } = event.currentTarget.dataset;
    if (id !== this.data.chosen && (await this.mayLeave())) this.show(id);
  },

  saved({ detail }: WechatMiniprogram.CustomEvent<{ item: AdminSeatRules }>) {
    const { id, name } = detail.item;
    this.setData({
      sets: this.data.sets.map((one) => (one.id === id ? { id, name } : one)),
      areas: this.data.areas.map((one) => (one.rules_id === id ? { ...one, rules_name: name } : one)),
    });
  },

  async ask(event: WechatMiniprogram.BaseEvent<object, { area: RuledArea }>) {
    const { area } = event.currentTarget.dataset;
    if (!(await this.mayLeave())) return;
    const { sets, areas } = this.data;
    const isMine = sets.some(({ id }) => id === area.rules_id);
    const alone = isMine && areas.filter(({ rules_id }) => rules_id === area.rules_id).length === 1;
    this.setData({
      asked: area,
      title: rulesSay.choose(area.name),
      offered: [
        ...sets.map((set) => ({ ...set, facts: areasOf(areas, set.id), chosen: set.id === area.rules_id })),
        ...(isMine
          ? []
          : [{ id: area.rules_id, name: area.rules_name, facts: rulesWords.shared, chosen: true }]),
        ...(alone ? [] : [{ id: '', name: rulesWords.own, facts: rulesWords.ownHint, chosen: false }]),
      ],
      refused: '',
    });
  },

  close() {
    this.setData({ asked: null });
  },

  async take(event: WechatMiniprogram.BaseEvent<object, { id: string }>) {
    const { id } = event.currentTarget.dataset;
    const { asked, busy } = this.data;
    if (!asked || busy) return;
    if (id === asked.rules_id) return this.close();
    this.setData({ busy: true, refused: '' });
    try {
      const path = `/api/admin/areas/${asked.id}/seat-rules`;
      const all = await request<AllSeatRules>('PUT', path, { rules_id: id || null });
      const now = all.areas.find((area) => area.id === asked.id);
      this.close();
      this.here(all, now?.rules_id ?? '');
      wx.showToast({ title: rulesWords.chosen, icon: 'none' });
    } catch (error) {
      this.setData({ refused: failureOf(error).text });
    } finally {
      this.setData({ busy: false });
    }
  },
});
