// What opens over the room, fetched when the room is there: none of it is on the first screen.
export { BagSheet } from './bagsheet.tsx';
export { CheckSheet } from './check.tsx';
export { ForkNotice } from './fork.tsx';
export { MyPrizes } from './mine.tsx';
export { Settings } from './settings.tsx';
