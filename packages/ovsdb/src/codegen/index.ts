export { generateTypes, rowTypeName } from './generate.ts';
