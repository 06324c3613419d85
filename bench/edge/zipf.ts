/** Draws tenants with Zipf's law: the k-th is asked for 1/k as often as the first. Seeded. */
export function zipfTenants(tenants: number, seed = 1): () => number {
  const sums: number[] = [];
  for (let rank = 1; rank <= tenants; rank += 1) sums.push((sums.at(-1) ?? 0) + 1 / rank);
  let state = seed;
  return () => {
    // A linear congruential generator is enough here: Numerical Recipes, third edition, 7.1.
    state = (state * 1_664_525 + 1_013_904_223) % 4_294_967_296;
    const drawn = (state / 4_294_967_296) * (sums.at(-1) ?? 0);
    let [low, high] = [0, tenants - 1];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((sums[middle] ?? 0) < drawn) low = middle + 1;
      else high = middle;
    }
    return low;
  };
}
