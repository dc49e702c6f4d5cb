/** The text of an article as paragraphs and headings, and a text with what was looked for set apart. */

export interface Block {
  heading: boolean;
  text: string;
}

/** An empty line parts paragraphs; a line that begins with `# ` is a heading. */
export function blocksOf(text: string): Block[] {
  return text
    .split('\n')
    .reduce<string[][]>(
      (parts, line) => {
        if (line.startsWith('# ')) parts.push([line], []);
        else if (line.trim() === '') parts.push([]);
        else parts[parts.length - 1]!.push(line);
        return parts;
      },
      [[]],
    )
    .map((lines) => lines.join('\n'))
    .filter((part) => part !== '')
    .map((part) =>
      part.startsWith('# ') ? { heading: true, text: part.slice(2).trim() } : { heading: false, text: part },
    );
}

export interface Piece {
  text: string;
  marked: boolean;
}

/** `marks` are in order and apart, in UTF-16 units as the server gives them. */
export function piecesOf(text: string, marks: readonly { start: number; end: number }[]): Piece[] {
  const pieces = marks.flatMap(({ start, end }, at) => [
    { text: text.slice(marks[at - 1]?.end ?? 0, start), marked: false },
    { text: text.slice(start, end), marked: true },
  ]);
  const rest = { text: text.slice(marks[marks.length - 1]?.end ?? 0), marked: false };
  return [...pieces, rest].filter((piece) => piece.text !== '');
}
