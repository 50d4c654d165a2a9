import type { Request, Response } from 'express';

const PAGE = `<!doctype html>
<html lang="ko">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>첫 관리자 등록</title><link rel="stylesheet" href="/start.css"></head>
<body>
<h1>첫 관리자 등록</h1>
<p>주소의 <code>#</code> 뒤에 있는 <code>cheongsan_link_…</code>가 한 번만 쓸 수 있는 등록 토큰입니다. 서버로 보내지지 않으며, 아래 순서로 등록합니다.</p>
<ol>
<li><code>POST /one-time-links/redeem</code> 에 <code>token</code>, <code>password</code>, <code>profile</code>(loginName, displayName, division)을 보냅니다.</li>
<li><code>POST /sign-in</code> 으로 로그인하여 받은 <code>token</code>을 <code>Authorization: Bearer</code> 머리글에 넣습니다.</li>
<li><code>POST /me/second-factor</code> 가 준 <code>secret</code>을 인증 앱에 등록하고 <code>POST /me/second-factor/confirm</code> 에 여섯 자리 <code>code</code>를 보냅니다.</li>
<li><code>POST /users</code> 로 담당자를 만들면 각자의 등록 토큰(<code>linkToken</code>)을 받습니다.</li>
</ol>
<p>자세한 형식은 <a href="/openapi.json">/openapi.json</a>에 있습니다.</p>
</body>
</html>
`;

/** Where the link that the first start prints leads. It says how to redeem it; the token stays behind the `#` and never gets here. */
export function firstAdministratorPage(_request: Request, response: Response): void {
  response.type('html').send(PAGE);
}
