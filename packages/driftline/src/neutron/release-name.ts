/** The OpenStack releases whose Neutron Driftline understands, oldest first. */
export const RELEASES = [
  'zed',
  '2023.1',
  '2023.2',
  '2024.1',
  '2024.2',
  '2025.1',
  '2025.2',
  '2026.1',
  '2026.2',
] as const;

export type Release = (typeof RELEASES)[number];

/** `release` is `first` or came after it. */
export function isAtLeast(release: Release, first: Release): boolean {
  return RELEASES.indexOf(release) >= RELEASES.indexOf(first);
}
