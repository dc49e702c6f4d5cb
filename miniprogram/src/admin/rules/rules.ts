import { failureOf, type Failure } from '../../api/failure';
import { ApiError, request } from '../../api/request';
import type { AdminSeatRules } from '../../api/types';
import {
  consequencesOf,
  formOf,
  isSameForm,
  rulesOf,
  sayWrong,
  wrongField,
  type RulesForm,
} from '../../logic/rules-form';
import { look } from '../../look';
import { ruleGroups, rulesWords } from '../../words/admin';

const PATH = '/api/admin/seat-rules';
const nothing: Failure = { text: '', requestId: '' };

Page({
  data: {
    ...look(),
    w: rulesWords,
    groups: ruleGroups,
    bones: [1, 2, 3],
    state: 'loading',
    failure: nothing,
    refused: nothing,
    /** The field that was refused. */
    wrong: '',
    consequences: {} as Record<string, string>,
    sets: [] as AdminSeatRules[],
    chosen: 0,
    form: {} as RulesForm,
    changed: false,
    conflict: false,
    busy: false,
  },

  onLoad() {
    void this.load();
  },

  async load() {
    this.setData({ state: 'loading' });
    try {
      await this.read();
    } catch (error) {
      this.setData({ state: 'error', failure: failureOf(error) });
    }
  },

  async read() {
    const { items } = await request<{ items: AdminSeatRules[] }>('GET', PATH);
    this.setData({ sets: items });
    this.show(Math.min(this.data.chosen, items.length - 1));
    this.setData({ state: items.length === 0 ? 'empty' : 'ready' });
  },

  show(chosen: number) {
    const rules = this.data.sets[chosen];
    if (rules)
      this.setData({ chosen, form: formOf(rules), changed: false, conflict: false, refused: nothing });
  },

  choose(event: WechatMiniprogram.TouchEvent) {
    this.show(Number(event.currentTarget.dataset.index));
  },

  type(event: WechatMiniprogram.Input) {
    const form = { ...this.data.form, [event.currentTarget.dataset.key]: event.detail.value };
    const rules = this.data.sets[this.data.chosen];
    if (!rules) return;
    const consequences = wrongField(form) ? this.data.consequences : consequencesOf(rulesOf(rules, form));
    this.setData({ form, consequences, changed: !isSameForm(form, formOf(rules)) });
  },

  async save() {
    const rules = this.data.sets[this.data.chosen];
    const wrong = wrongField(this.data.form);
    if (wrong) this.setData({ wrong, refused: { text: sayWrong(wrong), requestId: '' } });
    if (!rules || wrong) return;
    this.setData({ busy: true, refused: nothing, wrong: '' });
    try {
      const { id, ...wish } = rulesOf(rules, this.data.form);
      const saved = await request<AdminSeatRules>('PUT', `${PATH}/${id}`, wish);
      this.setData({ [`sets[${this.data.chosen}]`]: saved });
      this.show(this.data.chosen);
      wx.showToast({ title: rulesWords.saved, icon: 'none' });
    } catch (error) {
      await this.refuse(error);
    } finally {
      this.setData({ busy: false });
    }
  },

  async refuse(error: unknown) {
    const failure = failureOf(error);
    if (!(error instanceof ApiError)) this.setData({ refused: failure });
    else if (error.code === 'changed_meanwhile') await this.showTheirs();
    else {
      const wrong = String(error.details['field'] ?? '');
      this.setData({ wrong, refused: { ...failure, text: sayWrong(wrong) || failure.text } });
    }
  },

  /** Somebody saved first: shows what is in force now, to be changed with open eyes. */
  async showTheirs() {
    try {
      await this.read();
      this.setData({ conflict: true });
    } catch (error) {
      this.setData({ refused: failureOf(error) });
    }
  },
});
