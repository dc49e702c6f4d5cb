/** The tokens that the map and the charts draw with. A canvas cannot read them from the stylesheet; a test holds the two together. */
export interface Palette {
  paper: string;
  card: string;
  ink: string;
  quiet: string;
  line: string;
  river: string;
  'river-tint': string;
  seal: string;
  'on-seal': string;
  ochre: string;
}

export const palettes: Record<'light' | 'dark', Palette> = {
  light: {
    paper: '#f7f5f0',
    card: '#ffffff',
    ink: '#1f2a33',
    quiet: '#5b6770',
    line: '#e4e0d8',
    river: '#1b6b73',
    'river-tint': '#e3f0f0',
    seal: '#b93a2b',
    'on-seal': '#ffffff',
    ochre: '#8a5a12',
  },
  dark: {
    paper: '#12181c',
    card: '#1b2328',
    ink: '#e8e6e1',
    quiet: '#a3adb3',
    line: '#2b353b',
    river: '#6fc3c9',
    'river-tint': '#16343a',
    seal: '#f2937f',
    'on-seal': '#12181c',
    ochre: '#e3b566',
  },
};
