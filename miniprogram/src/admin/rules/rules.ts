import { failureOf, type Failure } from '../../api/failure';
import { request } from '../../api/request';
import type { AdminSeatRules, AllSeatRules, ReaderGroup } from '../../api/types';
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

const fetchAll = () => request<AllSeatRules>('GET', PATH);

function formOf(rulesId: string, readers: readonly ReaderGroup[]): FormSchema<AdminSeatRules> {
  return {
    groups: [...limits, cardGroup(readers)],
    consequence: rulesWords.consequence,
    saved: rulesWords.saved,
    read: async () => {
      const rules = (await fetchAll()).items.find(({ id }) => id === rulesId);
      if (!rules) throw new Error('a set of rules is never taken away');
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
    sets: [] as { id: string; name: string; areas: string }[],
    chosen: '',
    /** Where the chosen set holds. */
    areas: '',
    form: null as FormSchema<AdminSeatRules> | null,
  },
  readers: [] as ReaderGroup[],

  onLoad() {
    void this.load();
  },

  async load() {
    this.setData({ state: 'loading' });
    try {
      const [{ items, areas }, groups] = await Promise.all([
        fetchAll(),
        request<{ items: ReaderGroup[] }>('GET', '/api/admin/reader-groups'),
      ]);
      this.readers = groups.items;
      const sets = items.map(({ id, name }) => ({
        id,
        name,
        areas: rulesSay.areas(areas.filter(({ rules_id }) => rules_id === id).map((area) => area.name)),
      }));
      this.setData({ sets, state: sets.length ? 'ready' : 'empty' });
      if (sets[0]) this.show(sets[0].id);
    } catch (error) {
      this.setData({ state: 'error', failure: failureOf(error) });
    }
  },

  show(chosen: string) {
    const areas = this.data.sets.find(({ id }) => id === chosen)?.areas ?? '';
    this.setData({ chosen, areas, form: formOf(chosen, this.readers) });
  },

  async choose(event: WechatMiniprogram.TouchEvent) {
    const { id } = event.currentTarget.dataset;
    const form = this.selectComponent('#form') as unknown as ShownForm | null;
    if (id !== this.data.chosen && (await form?.mayLeave())) this.show(id);
  },
});
