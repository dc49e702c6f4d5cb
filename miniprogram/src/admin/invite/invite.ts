import { serverNow } from '../../api/clock';
import { copy } from '../../api/copy';
import { failureOf, type Failure } from '../../api/failure';
import { request } from '../../api/request';
import type { Invitation, StaffRole } from '../../api/types';
import { roleName } from '../../logic/staff';
import { moment } from '../../logic/time';
import { look } from '../../look';
import { inviteSay, inviteWords, staffRoles } from '../../words/admin';

const nothing: Failure = { text: '', requestId: '' };

Page({
  data: {
    ...look(),
    w: inviteWords,
    roles: staffRoles,
    role: 'librarian' as StaffRole,
    roleName: '',
    code: '',
    until: '',
    busy: false,
    refused: nothing,
  },

  choose(event: WechatMiniprogram.TouchEvent) {
    this.setData({ role: event.currentTarget.dataset.role });
  },

  async make() {
    this.setData({ busy: true, refused: nothing });
    try {
      const made = await request<Invitation>('POST', '/api/admin/invitations', { role: this.data.role });
      this.setData({
        code: made.code,
        until: inviteSay.until(moment(made.expires_at, serverNow())),
        roleName: roleName(made.role),
      });
    } catch (error) {
      this.setData({ refused: failureOf(error) });
    } finally {
      this.setData({ busy: false });
    }
  },

  copy() {
    copy(this.data.code);
  },

  again() {
    this.setData({ code: '' });
  },
});
