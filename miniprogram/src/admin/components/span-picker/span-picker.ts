import { libraryMoment, libraryToday } from '../../../api/clock';
import { kitWords } from '../../../words/admin-kit';
import type { Span } from '../../kit/form';

type Edge = 'from' | 'until';

const NONE: Span = { from: '', until: '' };
/** The hour that an edge begins with, when only its day was chosen. */
const AT_FIRST: Record<Edge, string> = { from: '00:00', until: '23:59' };

/**
 * From a day and hour until another, by the library's clock.
 *
 * - `span`: `Span` (admin/kit/form.ts), moments as the wire has them, '' where none is chosen.
 * - fires `span` (Span) at each choice, and when an edge is taken off; whether the end lies after the start is for the
 *   form to say.
 */
Component({
  properties: {
    span: { type: Object, value: NONE },
    /** Said before each edge, for who does not see the form around it. */
    label: { type: String, value: '' },
  },
  data: {
    w: kitWords,
    today: '',
    edges: [] as { key: Edge; name: string; date: string; time: string }[],
  },
  observers: {
    span(span: Span | null) {
      const edge = (key: Edge) => {
        const iso = (span ?? NONE)[key];
        return { key, name: kitWords[key], date: iso.slice(0, 10), time: iso.slice(11, 16) };
      };
      this.setData({ today: libraryToday(), edges: [edge('from'), edge('until')] });
    },
  },
  methods: {
    choose(event: WechatMiniprogram.PickerChange) {
      const { key, part } = event.currentTarget.dataset as { key: Edge; part: 'date' | 'time' };
      const edge = this.data.edges.find((one) => one.key === key);
      if (!edge) return;
      const chosen = { ...edge, [part]: String(event.detail.value) };
      const moment = libraryMoment(chosen.date, chosen.time || AT_FIRST[key]);
      this.triggerEvent('span', { ...NONE, ...this.data.span, [key]: moment });
    },

    clear(event: WechatMiniprogram.TouchEvent) {
      const { key } = event.currentTarget.dataset as { key: Edge };
      this.triggerEvent('span', { ...NONE, ...this.data.span, [key]: '' });
    },
  },
});
