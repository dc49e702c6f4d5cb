import { libraryToday } from '../../api/clock';
import { fetchDepartments } from '../../api/departments';
import { failureOf } from '../../api/failure';
import { request } from '../../api/request';
import type { Department, TurnEdited } from '../../api/types';
import { departmentName } from '../../logic/departments';
import { daysView, meaningOf, type ShiftView } from '../../logic/roster';
import { look } from '../../look';
import { kitWords } from '../../words/admin-kit';
import { turnWords as w } from '../../words/roster';
import { editedAt } from '../kit/edited';
import type { FormSchema, Person, ShownForm, Span, Written } from '../kit/form';

const PATH = '/api/admin/roster/turns';
const BLANK: TurnEdited = {
  id: '',
  person: { id: '', name: null },
  department: null,
  starts_at: '',
  ends_at: '',
  last_day: null,
  version: 0,
  days: [],
};

/** A turn that is not repeated ends on its first day. */
function wishOf({ person, first, department, weekly, last_day }: Written) {
  const { from, until } = first as Span;
  return {
    person_id: (person as Person).id,
    department_id: department || null,
    first: { starts_at: from, ends_at: until },
    last_day: weekly ? last_day || null : from.slice(0, 10),
  };
}

function valuesOf({ id, person, department, starts_at, ends_at, last_day }: TurnEdited) {
  const weekly = !id || last_day === null || last_day !== starts_at.slice(0, 10);
  return {
    person: id ? { id: person.id, name: person.name ?? kitWords.unnamed } : null,
    first: { from: starts_at, until: ends_at },
    department: department?.id ?? '',
    weekly,
    last_day: weekly ? (last_day ?? '') : '',
  };
}

function formOf(id: string, departments: readonly Department[]): FormSchema<TurnEdited> {
  return {
    groups: [
      {
        fields: [
          { kind: 'person', key: 'person', label: w.person, needed: true },
          { kind: 'span', key: 'first', label: w.first, range: w.firstRange, needed: true },
          {
            kind: 'choice',
            key: 'department',
            label: w.department,
            choices: [
              { value: '', name: w.allDepartments },
              ...departments.map((one) => ({ value: one.id, name: departmentName(one), facts: one.asks })),
            ],
          },
        ],
      },
      {
        fields: [
          { kind: 'switch', key: 'weekly', label: w.weekly },
          { kind: 'date', key: 'last_day', label: w.last, hint: w.lastHint, range: w.lastRange },
        ],
        meaning: ({ weekly, first, last_day }) =>
          weekly ? meaningOf(first as Span, String(last_day || '')) : w.once,
      },
    ],
    saveName: w.save,
    saved: w.saved,
    consequence: w.consequence,
    valuesOf,
    ...editedAt<TurnEdited>(PATH, id, { blank: BLANK, wish: wishOf }),
    removal: {
      name: w.delete,
      title: w.deleteTitle,
      consequences: w.deleteConsequences,
      removed: w.deleted,
    },
  };
}

/** One turn of the roster: its form, and its next days, on which somebody else may stand there, or nobody. */
Page({
  data: {
    ...look(),
    w,
    form: null as FormSchema<TurnEdited> | null,
    turnId: '',
    days: [] as ShiftView[],
    /** The day for which somebody else is looked for. */
    day: '',
    notChanged: '',
  },
  departments: [] as Department[],
  version: 0,

  onLoad({ id = '' }: Record<string, string | undefined>) {
    void this.start(id);
  },

  async start(id: string) {
    this.departments = await fetchDepartments().catch(() => []);
    this.begin(id);
    if (id) await this.loadDays();
  },

  begin(id: string) {
    this.setData({ turnId: id, form: formOf(id, this.departments) });
  },

  async loadDays() {
    try {
      this.show(await request<TurnEdited>('GET', `${PATH}/${this.data.turnId}`));
    } catch (error) {
      this.setData({ notChanged: failureOf(error).text });
    }
  },

  show(turn: TurnEdited) {
    this.version = turn.version;
    this.setData({ days: daysView(turn, libraryToday()) });
  },

  saved(event: WechatMiniprogram.CustomEvent<{ item: TurnEdited }>) {
    const { item } = event.detail;
    this.show(item);
    this.setData({ turnId: item.id });
  },

  /** The form is read anew afterwards, for its version moves along. */
  async chooseDay(event: WechatMiniprogram.BaseEvent<object, { day: string; changed: boolean }>) {
    const { day, changed } = event.currentTarget.dataset;
    if (!(await (this.selectComponent('#form') as unknown as ShownForm).mayLeave())) return;
    wx.showActionSheet({
      itemList: [w.swap, w.nobody, ...(changed ? [w.planned] : [])],
      success: ({ tapIndex }) => {
        if (tapIndex === 0) this.setData({ day });
        else void this.change(day, tapIndex === 1 ? { person_id: null } : null);
      },
      fail: () => undefined,
    });
  },

  pick(event: WechatMiniprogram.CustomEvent<{ person: Person }>) {
    const { day } = this.data;
    this.setData({ day: '' });
    void this.change(day, { person_id: event.detail.person.id });
  },

  closePicker() {
    this.setData({ day: '' });
  },

  /** Another one on that day, nobody, or (null) as planned. */
  async change(day: string, wish: { person_id: string | null } | null) {
    this.setData({ notChanged: '' });
    const path = `${PATH}/${this.data.turnId}/days/${day}`;
    try {
      const turn = wish
        ? await request<TurnEdited>('PUT', path, { ...wish, version: this.version })
        : await request<TurnEdited>('DELETE', path);
      this.show(turn);
      this.begin(turn.id);
    } catch (error) {
      this.setData({ notChanged: failureOf(error).text });
      await this.loadDays();
    }
  },
});
