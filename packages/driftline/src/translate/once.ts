import type { TranslationContext } from './context.ts';

/** What many rows share is made once per context. `make` looks at nothing but its arguments. */
export function onceFor<V>(
  make: (ctx: TranslationContext, key: string) => V,
): (ctx: TranslationContext, key: string) => V {
  const caches = new WeakMap<TranslationContext, Map<string, V>>();
  return (ctx, key) => {
    let cache = caches.get(ctx);
    if (cache === undefined) {
      cache = new Map();
      caches.set(ctx, cache);
    }
    let value = cache.get(key);
    if (value === undefined) {
      value = make(ctx, key);
      cache.set(key, value);
    }
    return value;
  };
}
