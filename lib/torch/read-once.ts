/**
 * Puts the properties of `from` on `onto`. Those with a getter get their value when they are first read, and are plain
 * from then on.
 */
export function withPropertiesOf<A extends object, B extends object>(onto: A, from: B): A & B {
  for (const [name, descriptor] of Object.entries(Object.getOwnPropertyDescriptors(from))) {
    Object.defineProperty(onto, name, readOnce(onto, name, descriptor));
  }
  return onto as A & B;
}

function readOnce(onto: object, name: string, descriptor: PropertyDescriptor): PropertyDescriptor {
  const { get } = descriptor;
  if (get === undefined) return descriptor;
  const settle = <T>(value: T): T => {
    const plain = { value, configurable: true, enumerable: true, writable: true };
    Object.defineProperty(onto, name, plain);
    return value;
  };
  return { configurable: true, enumerable: true, get: () => settle(get()), set: settle };
}
