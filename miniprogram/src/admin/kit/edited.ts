/** Reading, saving and taking away something with an id and a version. */

import { newKey, request } from '../../api/request';
import type { FormSchema, Written } from './form';

interface Versioned {
  id: string;
  version: number;
}

type Edited<Item> = Pick<FormSchema<Item>, 'fresh' | 'read' | 'save'> & { remove(): Promise<unknown> };

/**
 * Something below `path`, or without an `id` something new that begins as `blank`: it is made with one key, however
 * often its answer is lost, and from then on is what was made. `wish`: what is saved, as the server takes it.
 */
export function editedAt<Item extends Versioned>(
  path: string,
  id: string,
  { blank, wish = (written) => written }: { blank: Item; wish?(written: Written): object },
): Edited<Item> {
  const key = newKey();
  let known = id;
  return {
    fresh: !id,
    read: () => (known ? request<Item>('GET', `${path}/${known}`) : Promise.resolve(blank)),
    save: async (written, { version }) => {
      const item = known
        ? await request<Item>('PUT', `${path}/${known}`, { ...wish(written), version })
        : await request<Item>('POST', path, { ...wish(written), idempotency_key: key });
      known = item.id;
      return item;
    },
    remove: () => request('DELETE', `${path}/${known}`),
  };
}
