/** Both spread evenly over the same span, so that a busy machine is busy for both. */
export function turns(ourCount: number, theirCount: number): ('ours' | 'theirs')[] {
  const spread = (count: number, turn: 'ours' | 'theirs') =>
    Array.from({ length: count }, (_, index) => ({ turn, at: (index + 0.5) / count }));
  return [...spread(ourCount, 'ours'), ...spread(theirCount, 'theirs')]
    .sort((a, b) => a.at - b.at)
    .map(({ turn }) => turn);
}
