/** Japanese of what jobs say: what they are doing, and the sentences of what they found. */

export const doing: Record<string, string> = {
  "building the whole model": "モデル全体を組み立てています",
  "preparing the model": "モデルを準備しています",
  "solving draws": "抽出ごとに解いています",
  "certifying draws": "抽出の一部を証明しています",
  "solving at the central values": "中央値で解いています",
  "gradient by every number": "すべての数値による勾配を求めています",
  "differences of solves": "解の差分と照合しています",
  "instruments at rest": "手段を動かさずに解いています",
  "the cheapest mix": "最も安い組み合わせを探しています",
  "the frontier": "達成量と費用の関係を求めています",
  "whole certificates": "証明をすべて行っています",
  "writing the tables": "表を書いています",
  "keeping the books": "勘定を集計しています",
  "solving the baseline": "基準を解いています",
  "solving the scenario": "シナリオを解いています",
  "solving the calibrated world": "較正した世界を解いています",
  "low and high runs": "前提の上限・下限で解いています",
};

export const found: readonly (readonly [string, string])[] = [
  ["solving the law of {1} ({2:n} of {3:n})", "{1}の法令を解いています（{3}のうち{2}）"],
  ["{1} alone", "手段ごとに解いています（{1}）"],
  ["baseline: {1}", "基準：{1}"],
  ["scenario: {1}", "シナリオ：{1}"],
  // Ensembles
  [
    "{1}: median {2}, 90 % of the draws between {3} and {4}.",
    "{1}：中央値は{2}、抽出の90％は{3}から{4}の間です。",
  ],
  [
    "{1:n} draws of {2:n} uncertain inputs: {3:n} solved to first and second order, {4:n} without an answer.",
    "不確実な入力{2}個の抽出{1}回のうち、{3}回は一階・二階の条件まで解け、{4}回は答えがありません。",
  ],
  [
    "{1:n} draws ({2:n} asked for, rounded up to a power of two) of {3:n} uncertain inputs: {4:n} solved to first and second order, {5:n} without an answer.",
    "不確実な入力{3}個の抽出{1}回（求めた{2}回を2のべき乗に切り上げ）のうち、{4}回は一階・二階の条件まで解け、{5}回は答えがありません。",
  ],
  [
    "Draws without an answer are listed with their reason and are in no interval.",
    "答えのない抽出は理由とともに一覧にし、区間には含めません。",
  ],
  [
    "{1} by nothing in some draws, where nothing moved; the interval is that of the other draws.",
    "一部の抽出では何も動かず比率が定まりません。区間はほかの抽出のものです。",
  ],
  [
    "{1:n} draws lie far from the first-order prediction and may be on another branch{2}.",
    "{1}回の抽出は一次の予測から離れており、別の解の枝にある可能性があります。",
  ],
  [
    "1 draw lies far from the first-order prediction and may be on another branch{1}.",
    "1回の抽出は一次の予測から離れており、別の解の枝にある可能性があります。",
  ],
  [
    "{1:n} draws were given the whole certificate, with best responses and other starts: it holds for {2:n} of them.",
    "{1}回の抽出で、最適反応と別の出発点を含む証明をすべて行い、{2}回で成り立ちました。",
  ],
  [
    "1 draw was given the whole certificate, with best responses and other starts: it holds for {1:n} of them.",
    "1回の抽出で、最適反応と別の出発点を含む証明をすべて行い、{1}回で成り立ちました。",
  ],
  [
    "No draw was given the whole certificate (best responses, other starts).",
    "証明をすべて行った抽出（最適反応・別の出発点）はありません。",
  ],
  ["no tastes have the target elasticities of this draw", "この抽出の弾力性をもつ嗜好がありません"],
  ["a factory cost is negative or implausible", "工場原価が負か、ありえない値です"],
  ["a price is off by {1} of itself", "価格に{1}のずれがあります"],
  ["a limit or promise is missed by {1}", "上限または約束に{1}届きません"],
  [
    "a firm's profit is not concave in its own prices",
    "あるメーカーの利潤が自らの価格について凹ではありません",
  ],
  [
    "an entrant sells {1} more than its certification allows",
    "新規投入車の販売が認証の上限を{1}台超えます",
  ],
  // Labels of inputs
  ["Units of {1}, {2}", "{1}の台数（{2}）"],
  ["Price of {1}, {2}", "{1}の価格（{2}）"],
  ["Unexplained quality of {1}, {2}", "{1}の説明できない魅力（{2}）"],
  ["Share of {1} from {2}, {3}", "{1}のうち{2}製の割合（{3}）"],
  ["Freight of {1} from {2}, {3}", "{2}製{1}の運賃（{3}）"],
  ["Parts from {1} in {2} from {3}, {4}", "{3}製{2}に占める{1}製部品（{4}）"],
  ["Customs value of a car from {1} in {2}", "{1}から{2}への1台あたり通関額"],
  ["Capacity of {1} in the base year", "{1}の基準年の生産能力"],
  ["Capacity of {1}", "{1}の生産能力"],
  ["Points on the duty of {1} on {2} from {3}", "{3}製への{1}の関税ポイント（{2}）"],
  ["passenger cars", "乗用車"],
  ["light trucks", "小型トラック"],
  ["partss", "部品"],
  ["Points on the US duty on Japan-built cars", "日本製車への米国関税の上乗せ"],
  ["US-built trucks bought by the Japanese state", "日本政府が買う米国製トラック"],
  ["Support per entering vehicle", "新規投入車1台あたりの支援"],
  [
    "Share of entrants' certification cost that is waived",
    "新規投入車の認証費用のうち免除する割合",
  ],
  // Influence
  ["No uncertain input moves {1}.", "{1}を動かす不確実な入力はありません。"],
  ["{1} is {2} with every input at its centre.", "すべての入力が中央値のとき、{1}は{2}です。"],
  [
    "It hangs most on {1} (grade {2}): over half that input's 90 % range it moves by {3}; all {4:n} uncertain inputs together, to first order, by {5}.",
    "最も左右するのは「{1}」（等級{2}）で、その90％区間の半幅で{3}動きます。不確実な入力{4}個すべてでは、一次近似で{5}動きます。",
  ],
  [
    "{1:n} gradients, the strongest among them, were held against differences of solves: {2}, and the largest error is {3}.",
    "影響の大きいものを含む{1}個の勾配を解の差分と照合しました（{2}）。最大の誤差は{3}です。",
  ],
  ["none stands at a kink", "折れ点はありません"],
  ["{1:n} of them stand at a kink", "うち{1}個は折れ点にあります"],
];
