/** Pages for people, which an edge sends to whoever comes, programs included. */

function page(title: string, text: string): string {
  return (
    `<!DOCTYPE html>\n<html lang="en">\n<head><meta charset="utf-8"><title>${title}</title></head>\n` +
    `<body><h1>${title}</h1><p>${text}</p><hr><p>demo-edge</p></body>\n</html>\n`
  );
}

/** The front page of one of the sites that live beside the responder. */
export const sitePage = (name: string): string => page(name, 'Another site on the same address.');

export const forbiddenPage: string = page(
  'Error 1003: asked by address',
  'Many sites live on this address, and the Host header of this request names none of them. ' +
    'Ask for a site by its name.',
);

export const badGatewayPage: string = page(
  'Error 502: bad gateway',
  'The server behind this edge does not answer.',
);

export const notAllowedPage: string = page('Error 405: method not allowed', 'This site takes GET and POST.');

export const tooLargePage: string = page(
  'Error 413: too large',
  'This site takes no request as large as this.',
);
