import './node.ts';
import './queries.ts';
