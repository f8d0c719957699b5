/** Seconds. A busy checkout answers far sooner, so an answer that has not come by then will not
 *  come. */
const patience = 10;

/** What `start` gives, or a rejection after ten seconds: the page may never answer. */
export const within = (start) =>
  new Promise((resolve, reject) => {
    // The error is made when it is needed: the first one of a page takes 0.1 ms.
    const late = () => reject(new Error(`Shopify's page did not answer within ${patience} s`));
    const timer = setTimeout(late, patience * 1000);
    (async () => start())()
      .finally(() => clearTimeout(timer))
      .then(resolve, reject);
  });
