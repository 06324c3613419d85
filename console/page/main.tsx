import { render } from 'preact';
import './styles/tokens.css';
import './styles/base.css';
import './styles/parts.css';
import './styles/pictures.css';
import './styles/shell.css';
import { readOverview } from './installation.ts';
import { Shell } from './shell/shell.tsx';

const root = document.getElementById('root');
if (root === null) throw new Error('the page has no root');
render(<Shell />, root);
void readOverview();
