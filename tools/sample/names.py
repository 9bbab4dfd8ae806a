"""Words of the invented catalogue in three languages: categories, features, channels, terms."""

from __future__ import annotations

# category | feature | how usual (s standard, c common, r rare) | zh-Hant | zh-Hans
_FEATURES = """
    Current accounts | debit card | s | 金融卡 | 借记卡
    Current accounts | mobile payments | s | 行動支付 | 手机支付
    Current accounts | instant transfers | s | 即時轉帳 | 实时转账
    Current accounts | card freeze in the app | s | App 一鍵停卡 | 手机一键锁卡
    Current accounts | spending alerts | c | 消費通知 | 消费提醒
    Current accounts | overdraft | c | 透支額度 | 透支额度
    Current accounts | joint account | c | 聯名帳戶 | 联名账户
    Current accounts | paper statements | c | 紙本對帳單 | 纸质对账单
    Current accounts | cheque book | c | 支票簿 | 支票簿
    Current accounts | free withdrawals abroad | r | 海外提款免手續費 | 境外取款免手续费
    Current accounts | budgeting tools | r | 記帳工具 | 记账工具
    Current accounts | cashback | r | 現金回饋 | 现金返还
    Current accounts | salary advance | r | 預支薪資 | 预支工资
    Savings accounts | online opening | s | 線上開戶 | 线上开户
    Savings accounts | free transfers | s | 免費轉帳 | 免费转账
    Savings accounts | savings goals | s | 儲蓄目標 | 储蓄目标
    Savings accounts | bonus rate | c | 加碼利率 | 加息
    Savings accounts | unlimited withdrawals | c | 不限提領次數 | 不限支取次数
    Savings accounts | automatic saving | c | 自動扣存 | 自动转存
    Savings accounts | joint account | c | 聯名帳戶 | 联名账户
    Savings accounts | passbook | r | 存摺 | 存折
    Savings accounts | round-ups | r | 零頭存款 | 零钱存入
    Savings accounts | rate alerts | r | 利率變動通知 | 利率变动提醒
    Savings accounts | several currencies | r | 多幣別 | 多币种
    Term deposits | automatic renewal | s | 自動續存 | 自动续存
    Term deposits | interest at maturity | s | 到期付息 | 到期付息
    Term deposits | online opening | s | 線上開戶 | 线上开户
    Term deposits | interest paid monthly | c | 按月付息 | 按月付息
    Term deposits | early withdrawal | c | 提前解約 | 提前支取
    Term deposits | maturity reminder | c | 到期提醒 | 到期提醒
    Term deposits | partial withdrawal | r | 部分提領 | 部分支取
    Term deposits | loyalty bonus | r | 續存加碼 | 续存加息
    Term deposits | green deposit | r | 綠色存款 | 绿色存款
    Mortgages | extra repayments | s | 額外還款 | 额外还款
    Mortgages | redraw | s | 可再動用 | 可再提取
    Mortgages | fixed rate option | s | 可選固定利率 | 可选固定利率
    Mortgages | offset account | c | 抵利帳戶 | 抵息账户
    Mortgages | split loan | c | 分拆貸款 | 组合拆分贷款
    Mortgages | rate lock | c | 利率鎖定 | 利率锁定
    Mortgages | dedicated adviser | c | 專屬顧問 | 专属顾问
    Mortgages | online application | c | 線上申請 | 线上申请
    Mortgages | repayment holiday | r | 寬限期 | 还款宽限期
    Mortgages | portable to another home | r | 換屋可轉移 | 换房可转移
    Mortgages | green home discount | r | 綠建築優惠 | 绿色住宅优惠
    Mortgages | free valuation | r | 免費鑑價 | 免费估值
    Personal loans | online application | s | 線上申請 | 线上申请
    Personal loans | fixed instalments | s | 固定月付 | 固定月供
    Personal loans | free early repayment | s | 提前還款免違約金 | 提前还款免违约金
    Personal loans | choice of repayment day | c | 自選繳款日 | 自选还款日
    Personal loans | top-up | c | 可增貸 | 可追加贷款
    Personal loans | decision within a day | c | 一日內核貸 | 一日内审批
    Personal loans | discount for customers | c | 既有客戶優惠 | 老客户优惠
    Personal loans | payment protection | r | 還款保障 | 还款保障
    Personal loans | payment break | r | 暫緩繳款 | 暂缓还款
    Personal loans | green purpose discount | r | 綠色用途優惠 | 绿色用途优惠
    Credit cards | contactless | s | 感應支付 | 非接触支付
    Credit cards | mobile payments | s | 行動支付 | 手机支付
    Credit cards | card freeze in the app | s | App 一鍵停卡 | 手机一键锁卡
    Credit cards | additional cards | c | 附卡 | 附属卡
    Credit cards | reward points | c | 紅利點數 | 积分奖励
    Credit cards | instalment plans | c | 分期付款 | 分期付款
    Credit cards | balance transfer | c | 餘額代償 | 余额代偿
    Credit cards | travel insurance | c | 旅遊保險 | 旅行保险
    Credit cards | purchase protection | c | 購物保障 | 购物保障
    Credit cards | airport lounge | r | 機場貴賓室 | 机场贵宾厅
    Credit cards | no fee abroad | r | 海外交易免手續費 | 境外交易免手续费
    Credit cards | virtual card | r | 虛擬卡 | 虚拟卡
    Credit cards | cashback | r | 現金回饋 | 现金返还
    Wealth products | risk profile check | s | 風險屬性評估 | 风险测评
    Wealth products | regular plan | s | 定期定額 | 定投
    Wealth products | online dealing | s | 線上交易 | 线上交易
    Wealth products | personal adviser | c | 理財專員 | 理财经理
    Wealth products | quarterly review | c | 季度檢視 | 季度回顾
    Wealth products | free switching | c | 免費轉換 | 免费转换
    Wealth products | tax report | c | 稅務報表 | 税务报表
    Wealth products | retirement plan | c | 退休規劃 | 养老规划
    Wealth products | capital protection | r | 保本 | 保本
    Wealth products | sustainable funds | r | 永續基金 | 可持续基金
    Wealth products | automatic rebalancing | r | 自動再平衡 | 自动再平衡
"""

# label | zh-Hant | zh-Hans
_OTHERS = """
    Current accounts | 活期存款 | 活期存款
    Savings accounts | 儲蓄存款 | 储蓄存款
    Term deposits | 定期存款 | 定期存款
    Mortgages | 房屋貸款 | 住房贷款
    Personal loans | 信用貸款 | 信用贷款
    Credit cards | 信用卡 | 信用卡
    Wealth products | 理財產品 | 理财产品
    community dividend | 社區回饋金 | 社区分红
    fee waiver | 免收手續費優惠 | 手续费减免
    branch | 分行 | 网点
    app | 行動 App | 手机应用
    web | 網路銀行 | 网上银行
    phone | 電話 | 电话
    aged 18 or over | 年滿 18 歲 | 年满18岁
    students | 學生 | 学生
    aged 60 or over | 年滿 60 歲 | 年满60岁
    residents | 本島居民 | 本岛居民
    regular income | 有固定收入 | 有固定收入
    business owners | 企業主 | 企业主
    Region | 居住地區 | 居住地区
    Age | 年齡 | 年龄
    Gender | 性別 | 性别
    Balance at all banks, island dollars | 在各銀行的資產總額（島元） | 在各银行的资产总额（岛元）
    Main bank | 主要往來銀行 | 主要往来银行
    How likely are you to recommend this bank? | 您有多願意推薦這家銀行？ | 您有多愿意推荐这家银行？
    18-29 | 18–29 歲 | 18–29岁
    30-44 | 30–44 歲 | 30–44岁
    45-59 | 45–59 歲 | 45–59岁
    60+ | 60 歲以上 | 60岁以上
    before | 售前 | 售前
    during | 售中 | 售中
    after | 售後 | 售后
    monthly fee | 月費 | 月费
    annual fee | 年費 | 年费
    rate | 利率 | 利率
    minimum amount | 最低金額 | 最低金额
    term | 期限 | 期限
    1-5 million | 100–500 萬 | 100万–500万
    5-10 million | 500–1,000 萬 | 500万–1000万
    over 10 million | 1,000 萬以上 | 1000万以上
    man | 男 | 男
    woman | 女 | 女
    city | 都會 | 城区
    coast | 沿海 | 沿海
    islands and hills | 離島與山區 | 离岛与山区
    Northgate Group | 北門集團 | 北门集团
    personal | 個人 | 个人
    business | 企業 | 企业
    deposits placed | 存放款項 | 存放款项
    fees earned | 手續費收入 | 手续费收入
    deals shared | 合作案量 | 合作项目
    room for more | 成長空間 | 增长空间
    growth | 業務成長 | 业务增长
    openness | 合作意願 | 合作意愿
    key partner | 核心夥伴 | 核心伙伴
    steady partner | 穩定夥伴 | 稳定伙伴
    to build up | 培育對象 | 培育对象
    at arm's length | 一般往來 | 一般往来
    a visit by the board, terms of their own | 高階拜訪，專屬條件 | 高层拜访，专属条件
    keep the service as it is | 維持現有服務 | 维持现有服务
    invest in joint deals | 投入合作案 | 投入合作项目
    standard terms | 標準條件 | 标准条件
    Which banks would you consider? | 您會考慮哪些銀行？ | 您会考虑哪些银行？
    Which of these describe this bank? | 下列哪些說法符合這家銀行？ | 下列哪些说法符合这家银行？
    Which of these banks do you know? | 您知道下列哪些銀行？ | 您知道下列哪些银行？
    Of which banks are you a customer? | 您是哪些銀行的顧客？ | 您是哪些银行的客户？
    Which of these would you use? | 您會使用下列哪些服務？ | 您会使用下列哪些服务？
    When do you think of this bank? | 您在什麼時候會想到這家銀行？ | 您在什么时候会想到这家银行？
    Quarter of the interview | 訪問季度 | 访问季度
    known | 知道 | 知道
    considered | 考慮 | 考虑
    main bank | 主要往來 | 主要往来
    Would recommend (magazine) | 願意推薦（雜誌調查） | 愿意推荐（杂志调查）
"""


def _rows(table: str) -> list[list[str]]:
    return [[cell.strip() for cell in line.split("|")] for line in table.strip().splitlines()]


#: Category -> feature -> how usual it is: "s", "c" or "r".
FEATURES: dict[str, dict[str, str]] = {}
for _category, _feature, _grade, *_ in _rows(_FEATURES):
    FEATURES.setdefault(_category, {})[_feature] = _grade

#: label, zh-Hant, zh-Hans of everything that has no place in the market itself.
NAMES: list[tuple[str, str, str]] = [
    (label, hant, hans)
    for label, hant, hans in [*_rows(_OTHERS), *([row[1], *row[3:]] for row in _rows(_FEATURES))]
]
