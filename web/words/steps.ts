// The seven steps to one's own show, as the studio and the desk both name them.

export const zh = {
  step_shop: '店铺和直播间',
  step_stream: '直播画面',
  step_goods: '导入商品',
  step_staff: '请同事来',
  step_bag: '第一个福袋',
  step_rehearse: '彩排一次',
  step_link: '把链接给观众',
  stepHow_shop: '观众看到的店名，和你自己的直播间地址。',
  stepHow_stream: '画面从哪里来。没有也行：观众会看到一张画好的舞台。',
  stepHow_goods: '一张表格，导播台上点一下就能讲解；大家问价格和尺码时，会自动提示答案。',
  stepHow_staff: '给同事一个一次性的登录链接，只能进这个直播间。',
  stepHow_bag: '填奖品就行：入库、建福袋、排期一次完成。',
  stepHow_rehearse: '拿几百个模拟观众把整场走一遍，不动真奖品，告诉你哪里会出问题。',
  stepHow_link: '观众用这个链接看直播；另一个贴到 OBS 里。',
} as const;

export const en: Record<keyof typeof zh, string> = {
  step_shop: 'Shop and room',
  step_stream: 'Video',
  step_goods: 'Import products',
  step_staff: 'Invite a colleague',
  step_bag: 'First lucky bag',
  step_rehearse: 'Rehearse',
  step_link: 'Share the link',
  stepHow_shop: 'The name viewers see, and an address of your own.',
  stepHow_stream: 'Where the picture comes from. Without one, viewers see a drawn stage.',
  stepHow_goods: 'One table: a tap at the desk puts a product on air, and questions about price and size get their answer.',
  stepHow_staff: 'A colleague gets a link that works once, into this room alone.',
  stepHow_bag: 'Name the prize: stock, bag and schedule in one go.',
  stepHow_rehearse: 'The whole show before simulated viewers. Nothing real is touched, and you learn what would fail.',
  stepHow_link: 'Viewers watch at this link; the other one goes into OBS.',
};
