/** Milliseconds. A busy checkout answers far sooner, so an answer that has not come by then will
 *  not come. */
export const patience = 10_000;

/** What `start` gives, or a rejection after so many milliseconds: the page may never answer. */
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
