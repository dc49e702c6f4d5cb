import { failureOf, type Failure } from '../../api/failure';
import { ApiError, request } from '../../api/request';
import type { AdminSeatRules } from '../../api/types';
import { formOf, isSameForm, rulesOf, type RulesForm } from '../../logic/rules-form';
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
      await this.fetch();
    } catch (error) {
      this.setData({ state: 'error', failure: failureOf(error) });
    }
  },

  async fetch() {
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
    this.setData({ form, changed: rules !== undefined && !isSameForm(form, formOf(rules)) });
  },

  async save() {
    const rules = this.data.sets[this.data.chosen];
    const changed = rules && rulesOf(rules, this.data.form);
    if (!changed) {
      this.setData({ refused: { text: rulesWords.notNumber, requestId: '' } });
      return;
    }
    this.setData({ busy: true, refused: nothing });
    try {
      const { id, ...wish } = changed;
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

  /** Somebody saved first: shows what is in force now, to be changed with open eyes. */
  async refuse(error: unknown) {
    try {
      if (!(error instanceof ApiError) || error.code !== 'changed_meanwhile') throw error;
      await this.fetch();
      this.setData({ conflict: true });
    } catch (reason) {
      this.setData({ refused: failureOf(reason) });
    }
  },
});
