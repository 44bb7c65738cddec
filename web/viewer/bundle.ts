/** Where the proof of a draw is. */
export const bundlePath = (room: string, event: string): string =>
  `/v1/rooms/${encodeURIComponent(room)}/bundle/${encodeURIComponent(event)}`;
