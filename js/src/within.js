/** Milliseconds for one answer: far longer than a busy checkout takes, so what has not come by then will not come. */
export const patience = 10_000;

/** What `start` gives, or a rejection after so many milliseconds: a message to the page can stay without an answer. */
export const within = (milliseconds, start) =>
  new Promise((resolve, reject) => {
    const timer = setTimeout(
      () => reject(new Error(`Shopify's page did not answer within ${milliseconds / 1000} s`)),
      milliseconds,
    );
    Promise.resolve()
      .then(start)
      .then(resolve, reject)
      .finally(() => clearTimeout(timer));
  });
