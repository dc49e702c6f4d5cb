import { look } from '../../look';
import type { FoundReader } from '../components/reader-finder/reader-finder';

/** Finding somebody, and then their card or account. */
Page({
  data: look(),

  open(event: WechatMiniprogram.CustomEvent<{ person: FoundReader; reason: string }>) {
    const { person, reason } = event.detail;
    const whose = person.patronId ? `id=${person.patronId}` : `reader=${person.readerId}`;
    wx.navigateTo({ url: `/admin/patrons/patron?${whose}&reason=${reason}` });
  },
});
