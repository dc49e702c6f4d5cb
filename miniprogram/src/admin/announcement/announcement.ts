import { failureOf, type Failure } from '../../api/failure';
import { ApiError, request } from '../../api/request';
import type { AdminAnnouncement } from '../../api/types';
import { look } from '../../look';
import { announcementWords } from '../../words/admin';

const PATH = '/api/admin/announcement';
const nothing: Failure = { text: '', requestId: '' };

Page({
  data: {
    ...look(),
    w: announcementWords,
    state: 'loading',
    failure: nothing,
    refused: nothing,
    title: '',
    text: '',
    changed: false,
    busy: false,
    /** What somebody else saved meanwhile; the editor chooses between the two. */
    theirs: null as AdminAnnouncement | null,
  },
  /** What the home page shows, as last read. */
  saved: { title: '', text: '', version: 0 } as AdminAnnouncement,

  onLoad() {
    void this.load();
  },

  async load() {
    this.setData({ state: 'loading' });
    try {
      this.show(await request<AdminAnnouncement>('GET', PATH));
      this.setData({ state: 'ready' });
    } catch (error) {
      this.setData({ state: 'error', failure: failureOf(error) });
    }
  },

  show(saved: AdminAnnouncement) {
    this.saved = saved;
    this.setData({ title: saved.title, text: saved.text, changed: false, refused: nothing, theirs: null });
  },

  type(event: WechatMiniprogram.Input) {
    const written = {
      title: this.data.title,
      text: this.data.text,
      [event.currentTarget.dataset.field]: event.detail.value,
    };
    const changed = written.title !== this.saved.title || written.text !== this.saved.text;
    this.setData({ ...written, changed });
  },

  async save() {
    this.setData({ busy: true, refused: nothing });
    const { title, text } = this.data;
    try {
      this.show(await request<AdminAnnouncement>('PUT', PATH, { title, text, version: this.saved.version }));
      wx.showToast({ title: announcementWords.saved, icon: 'none' });
    } catch (error) {
      if (error instanceof ApiError && error.code === 'changed_meanwhile') await this.offerChoice();
      else this.setData({ refused: failureOf(error) });
    } finally {
      this.setData({ busy: false });
    }
  },

  async offerChoice() {
    try {
      const theirs = await request<AdminAnnouncement>('GET', PATH);
      this.saved = theirs;
      this.setData({ theirs });
    } catch (error) {
      this.setData({ refused: failureOf(error) });
    }
  },

  takeTheirs() {
    this.show(this.saved);
  },

  keepMine() {
    this.setData({ theirs: null });
    return this.save();
  },
});
