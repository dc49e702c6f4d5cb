import { request } from '../../api/request';
import type { AdminAnnouncement } from '../../api/types';
import { look } from '../../look';
import { announcementWords } from '../../words/admin';
import type { FormSchema } from '../kit/form';

const PATH = '/api/admin/announcement';
const { title, titlePlaceholder, text, textPlaceholder, save, consequence, saved } = announcementWords;

/** Without a title and a text, the home page shows no notice. */
const form: FormSchema<AdminAnnouncement> = {
  groups: [
    {
      fields: [
        { kind: 'text', key: 'title', label: title, hint: titlePlaceholder, most: 40 },
        { kind: 'long', key: 'text', label: text, hint: textPlaceholder },
      ],
      meaning: (written) => (written['title'] || written['text'] ? '' : announcementWords.takenOff),
    },
  ],
  saveName: save,
  consequence,
  saved,
  read: () => request<AdminAnnouncement>('GET', PATH),
  save: (written, { version }) => request<AdminAnnouncement>('PUT', PATH, { ...written, version }),
};

Page({ data: { ...look(), form } });
