export { kombo } from './kombo/kombo.ts';
export { imocha } from './imocha/imocha.ts';
export { kantata } from './kantata/kantata.ts';
