/** The containers and codecs that windows of sound come in, best first. */
export const WINDOW_MIMES = {
  flac: 'audio/mp4; codecs="flac"',
  opus: 'audio/mp4; codecs="opus"',
} as const;

export function canStream(mime: string): boolean {
  return typeof MediaSource !== "undefined" && MediaSource.isTypeSupported(mime);
}

export function playableMimes(): string[] {
  return Object.values(WINDOW_MIMES).filter(canStream);
}
