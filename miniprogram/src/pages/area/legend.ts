import { areaWords, seatWords } from '../../words/booking';

/** What the signs of the map and the marks on seats mean. */
export const signs = [
  ...(['free', 'taken', 'soon', 'mine', 'closed'] as const).map((state) => ({
    state: state as string,
    name: seatWords.states[state],
  })),
  { state: 'chosen', name: areaWords.chosen },
];

export const features = Object.entries(seatWords.features).map(([icon, name]) => ({ icon, name }));
