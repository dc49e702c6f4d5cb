import { ApiError } from './http';
import { onOnline } from './network';
import { onIdentity } from './session';
import { live } from './socket';

const FIRST_WAIT_MS = 2_000;
const LONGEST_WAIT_MS = 15_000;

/** How long the server asks to wait, 0 when it does not say. */
function askedToWaitMs(error: unknown): number {
  const limited = error instanceof ApiError && error.code === 'too_many';
  return limited ? Number(error.details['retry_after_s']) * 1000 : 0;
}

/**
 * Calls `go` now, whenever the way to the server is free again, when somebody else uses the phone, and, after `later`,
 * by itself after a while that grows until all is `well`. Who was told when to come back `waits` until then.
 */
export function trying(go: () => void): { waits(): boolean; later(error: unknown): void; well(): void } {
  let wait = FIRST_WAIT_MS;
  let told = false;
  let dropPlan = () => {};
  const free = (yes: boolean) => {
    if (yes) go();
  };
  const anew = () => {
    told = false;
    go();
  };
  live.onConnection(free);
  onOnline(free);
  onIdentity(anew);
  go();
  return {
    waits: () => told,
    later(error) {
      dropPlan();
      const asked = askedToWaitMs(error);
      told = asked > 0;
      const planned = setTimeout(anew, asked || wait);
      dropPlan = () => clearTimeout(planned);
      wait = Math.min(LONGEST_WAIT_MS, wait * 2);
    },
    well() {
      dropPlan();
      told = false;
      wait = FIRST_WAIT_MS;
    },
  };
}
