import type { Example } from '../examples/read-examples';
import type { Lesson } from './assistant-log';
import type { AssistantDefinition, IntentAnswer } from './definition';

/** The examples of a definition, and then those of what was learned. */
export function examplesOf(
  { intents }: AssistantDefinition,
  lessons: readonly Lesson[],
): Example[] {
  const given = Object.entries(intents).flatMap(([label, { examples }]) =>
    examples.map((text) => ({ text, label })),
  );
  return [...given, ...lessons.flatMap(exampleOf)];
}

/** The example that a lesson is. */
export function exampleOf(lesson: Lesson): Example[] {
  if (lesson.type !== 'corrected') return [];
  const { text, intent: label, owner } = lesson;
  return [owner === undefined ? { text, label } : { text, label, owner }];
}

/** What is answered to each intent. */
export function intentsOf(
  { intents }: AssistantDefinition,
  lessons: readonly Lesson[],
): Map<string, IntentAnswer> {
  const all = new Map<string, IntentAnswer>(Object.entries(intents));
  for (const lesson of lessons) if (lesson.type === 'intent') all.set(lesson.name, lesson.intent);
  return all;
}

/** Whose a lesson is; undefined where nobody was named. */
export function ownerOf(lesson: Lesson): string | undefined {
  if (lesson.type === 'corrected') return lesson.owner;
  return lesson.type === 'answered' ? lesson.answer.owner : undefined;
}
