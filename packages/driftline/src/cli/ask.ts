import { once } from 'node:events';
import { createInterface } from 'node:readline/promises';

/** One line from a person. Ctrl-C and Ctrl-D answer with nothing: whoever leaves has not said yes. */
export async function ask(
  question: string,
  input: NodeJS.ReadableStream,
  output: NodeJS.WritableStream,
): Promise<string> {
  using prompt = createInterface({ input, output });
  // Leaving rejects the question where the input is a terminal, and leaves it unanswered where it is none.
  const left = once(prompt, 'close').then(() => '');
  const answer = prompt.question(question).catch(() => {
    output.write('\n');
    return '';
  });
  // Awaited here: the prompt is gone when the function returns, and with it the answer.
  return await Promise.race([answer, left]);
}
