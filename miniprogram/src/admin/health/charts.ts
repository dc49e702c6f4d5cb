/** The charts of the last days and weeks. */

import type { History } from '../../api/types';
import { historySay as say, historyWords as w } from '../../words/health';
import type { ChartSchema } from '../kit/chart';

/** `2026-11-24` as `11/24`. */
const dayOf = (day: string) => `${Number(day.slice(5, 7))}/${Number(day.slice(8, 10))}`;
const hourOf = (hour: number) => `${hour}:00`;

export function chartsOf({ wechat, jobs, readers, weeks }: History): ChartSchema[] {
  return [
    {
      kind: 'bar',
      name: w.wechat,
      steps: wechat.map(({ day }) => dayOf(day)),
      series: [{ name: w.failed, values: wechat.map(({ failed }) => failed) }],
      say: say.times,
      empty: w.noFailed,
    },
    {
      kind: 'line',
      name: w.jobs,
      steps: jobs.map(({ starts }) => starts.slice(11, 16)),
      series: [{ name: w.done, values: jobs.map(({ done }) => done) }],
      say: say.jobs,
      empty: w.noJobs,
    },
    week(readers, weeks),
  ];
}

/** Its hours are those between the first and the last in which anybody wrote. */
function week(readers: History['readers'], weeks: number): ChartSchema {
  const hours = readers.map(({ hour }) => hour);
  const first = Math.min(...hours);
  const steps = hours.length
    ? Array.from({ length: Math.max(...hours) - first + 1 }, (_, at) => first + at)
    : [];
  const at = new Map(readers.map(({ weekday, hour, readers: number }) => [`${weekday} ${hour}`, number]));
  return {
    kind: 'heat',
    name: w.readers,
    steps: steps.map(hourOf),
    series: w.weekdays.map((name, index) => ({
      name,
      values: steps.map((hour) => at.get(`${index + 1} ${hour}`) ?? 0),
    })),
    say: say.readers,
    facts: say.readersFacts(weeks),
    empty: say.noReaders(weeks),
  };
}
