import { onOnline } from './network';
import { onIdentity } from './session';
import { live } from './socket';

const FIRST_WAIT_MS = 2_000;
const LONGEST_WAIT_MS = 15_000;

/**
 * Calls `go` now, whenever the way to the server is free again, when somebody else uses the phone, and, after `later`,
 * by itself after a while that grows until all is `well`.
 */
export function trying(go: () => void): { later(): void; well(): void } {
  let wait = FIRST_WAIT_MS;
  let dropPlan = () => {};
  const free = (yes: boolean) => {
    if (yes) go();
  };
  live.onConnection(free);
  onOnline(free);
  onIdentity(go);
  go();
  return {
    later() {
      dropPlan();
      const planned = setTimeout(go, wait);
      dropPlan = () => clearTimeout(planned);
      wait = Math.min(LONGEST_WAIT_MS, wait * 2);
    },
    well() {
      dropPlan();
      wait = FIRST_WAIT_MS;
    },
  };
}
