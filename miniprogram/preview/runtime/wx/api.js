// How WeChat's calls answer: success, fail and complete, or a promise when none of them is given.

/** What a call refuses with; `message` follows "fail " in errMsg. */
export class Refusal extends Error {
  /** @param {string} message @param {Record<string, any>} [fields] errCode, errno */
  constructor(message, fields = {}) {
    super(message);
    this.fields = fields;
  }
}

/**
 * Wraps a function into a WeChat call. `run` begins synchronously, so it can see whether a tap is being handled.
 * @param {string} name as in errMsg
 * @param {(options: any) => any} run returns the result's fields, or a promise; throws Refusal
 */
export function call(name, run) {
  return (options = {}) => {
    const { success, fail, complete } = options;
    const answer = settle(name, run, options);
    if (!success && !fail && !complete) return answer;
    answer.then(
      (result) => {
        success?.(result);
        complete?.(result);
      },
      (error) => {
        fail?.(error);
        complete?.(error);
      },
    );
    return undefined;
  };
}

function settle(name, run, options) {
  let running;
  try {
    running = Promise.resolve(run(options));
  } catch (error) {
    running = Promise.reject(error);
  }
  return running.then(
    (result) => ({ errMsg: `${name}:ok`, ...result }),
    (error) => {
      if (!(error instanceof Refusal)) console.error(error);
      throw { errMsg: `${name}:fail ${error.message}`, ...error.fields };
    },
  );
}

/** Turns {name: run} into {name: call}. @param {Record<string, (options: any) => any>} runs */
export function calls(runs) {
  return Object.fromEntries(Object.entries(runs).map(([name, run]) => [name, call(name, run)]));
}
