/**
 * Japanese of what comes from the data and the engine in English: questions, notes, statements.
 *
 * The key is the English text itself, so that a text that changes is shown in English again rather
 * than with a translation that has become wrong. `{1}`, `{2}` … stand for whatever is there.
 */

export const sentences: Record<string, string> = {
  // Questions of the shipped scenarios
  "If Japan's government buys 10,000 Ford F-150 pick-ups, what happens to the trade deficit?":
    "日本政府がフォードF-150を1万台買うと、貿易赤字はどうなるか。",
  "How much must Americans like hybrids more for Toyota to build 11.1 per cent more, and who loses?":
    "トヨタの生産が11.1％増えるには、米国でハイブリッド車の人気がどれだけ高まる必要があり、誰が損をするか。",
  "What if Toyota put 13 billion dollars into US plants and built there what it now ships from Japan?":
    "トヨタが130億ドルを米国工場に投じ、いま日本から運んでいる車を現地で造ったらどうなるか。",
  "If the same US-built cars simply come to Japan as they are, without any help, how many would be sold?":
    "同じ米国製の車が何の支援もなくそのまま日本に来たら、何台売れるか。",
  "If the US-built cars are rebuilt with the steering wheel on the right, does 20,000 a year need less support?":
    "米国製の車を右ハンドルに造り替えれば、年2万台に必要な支援は減るか。",
  "If Toyota, Nissan and Honda sell US-built cars in Japan, what would it take to reach 20,000 a year, and what does that do to the trade deficit?":
    "トヨタ・日産・ホンダが米国製の車を日本で売るとき、年2万台に届くには何が必要で、貿易赤字はどう変わるか。",
  "What do all the US car duties in force on 1 October 2025 do, with 15 per cent on cars from Japan?":
    "2025年10月1日に施行されている米国の自動車関税すべて（日本車15％）は何をもたらすか。",
  "What does a US duty of 15 per cent on cars built in Japan do, all else equal?":
    "ほかの条件が同じなら、日本製車への15％の米国関税は何をもたらすか。",
  "What do cars cost and who builds them with the old US duty of 2.5 per cent on cars from Japan?":
    "従来の2.5％の米国関税のもとで、車の値段はいくらで、誰が造るか。",
  "What do all the US car duties in force on 1 June 2025 do, with 27.5 per cent on cars from Japan?":
    "2025年6月1日に施行されている米国の自動車関税すべて（日本車27.5％）は何をもたらすか。",
  "What does a US duty of 27.5 per cent on cars built in Japan do, all else equal?":
    "ほかの条件が同じなら、日本製車への27.5％の米国関税は何をもたらすか。",
  "What if the dollar cost 120 yen instead of 151?": "1ドルが151円でなく120円だったらどうなるか。",

  // Their notes
  "The number is an illustration: no size of the purchase was reported. Effects grow in proportion to it.":
    "台数は例示であり、購入規模は報じられていません。効果は台数に比例します。",
  "The state pays the price of the F-series in the US without dealer and sales tax, and the freight to Japan.":
    "国は、販売店マージンと売上税を除いた米国でのFシリーズの価格と、日本までの運賃を支払います。",
  "What the trucks are worth to the state is not counted; the change of world welfare is their cost less what Ford earns.":
    "国にとってのトラックの価値は数えません。世界の厚生の変化は、その費用からフォードの利益を引いたものです。",
  "The trucks come on top of what Ford sells; no US buyer goes without, and no Japanese buyer is drawn from another car.":
    "トラックはフォードの通常の販売に上乗せされます。買えなくなる米国人も、ほかの車から乗り換える日本人もいません。",
  "The 11.1 per cent of the report is Toyota's world output in one month against the year before; here it is its output for Japan and the US in a year. The number is borrowed, the thing is not the same.":
    "報道の11.1％はトヨタの世界生産の前年同月比ですが、ここでは日米向けの年間生産です。数字を借りただけで、同じものではありません。",
  "One shift of taste moves all hybrids of all makes; full plants bound how many are built, so the shift is larger than it would be with room to spare.":
    "好みの変化は全メーカーの全ハイブリッド車に及びます。生産台数は満杯の工場に制約されるため、余力がある場合より大きな変化が必要になります。",
  "The gain of US buyers counts the new liking itself; no policy made it.":
    "米国の買い手の利得には、好みの変化そのものが含まれます。政策の効果ではありません。",
  "Capacity costs 7,667 USD per car and year, as at Huntsville in Alabama (2.3 billion USD for 300,000 cars); the range is 5,000 to 12,000.":
    "生産能力は年1台あたり7,667ドルとします（アラバマ州ハンツビル：30万台に23億ドル）。範囲は5,000～12,000ドル。",
  "13 billion would buy capacity for more cars than Toyota ships; only the cars that exist move, and the whole sum is counted as cost, spread over 15 years.":
    "130億ドルで得られる能力はトヨタの輸送台数を超えます。移るのは実在する台数だけで、費用は全額を15年で割って計上します。",
  "Parts come from where Toyota's US plants get theirs today. Building in the US costs 15 per cent more than in Japan (a judgement, 0 to 30).":
    "部品は、現在の米国工場と同じ調達先から来ます。米国での生産は日本より15％割高とします（判断値、0～30％）。",
  "Whether it pays is not assumed: the change of Toyota's profit says so.":
    "採算は仮定しません。トヨタの利潤の変化がそれを示します。",
  "The cars are certified as other small-volume imports are: by documents for the model and by showing every single car.":
    "認証はほかの少数輸入車と同じで、型式の書類と1台ごとの提示によります。",
  "That route is open for up to 5,000 cars of a type a year; the sales found here stay below it.":
    "この制度は1型式あたり年5,000台までです。ここでの販売台数はそれを下回ります。",
  "Steering wheel on the left, no support, no promise of volume.":
    "左ハンドル、支援なし、台数の約束なし。",
  "A model that no plant builds with the wheel on the right is re-engineered for 50 million USD (15 to 150, a judgement), spread over its life of 5.5 years; each car costs 300 USD more.":
    "右ハンドル車がどの工場でも造られていない車種は、5,000万ドル（判断値、1,500万～1億5,000万ドル）で再設計し、5.5年のモデル寿命で割ります。1台あたりの費用は300ドル増えます。",
  "The Camry and the Highlander exist with the wheel on the right for other countries; they need no new engineering.":
    "カムリとハイランダーは他国向けの右ハンドル車があるため、再設計は不要です。",
  "The support per vehicle does not repay the engineering: that is in the total with fixed costs, and in the carmakers' profit.":
    "1台あたりの支援に開発費の補填は含まれません。開発費は固定費込みの総額とメーカーの利潤に現れます。",
  "The route of certification is the same as in reverse-imports, so that only the steering differs.":
    "認証制度は reverse-imports と同じで、違いはハンドルだけです。",
  "The cars are those with an announcement: Camry, Highlander, Tundra, Murano, Passport and Integra Type S. No price in Japan was announced; the model sets it.":
    "対象は発表済みのカムリ、ハイランダー、タンドラ、ムラーノ、パスポート、インテグラ タイプS。日本での価格は未発表で、モデルが決めます。",
  "The 20,000 a year is the sum of all six; no carmaker has promised it. It was an analyst's guess.":
    "年2万台は6車種の合計です。メーカーの約束ではなく、アナリストの見立てです。",
  "One support per vehicle, the same for every car, is paid by Japan's treasury to the carmakers.":
    "全車種一律の1台あたり支援を、日本の国庫がメーカーに支払います。",
  "The cars keep their steering wheel on the left, which costs some buyers 15 per cent of the price (a judgement, 5 to 30 per cent); buyers of pick-ups and sports cars do not mind.":
    "左ハンドルのままです。一般の買い手には価格の15％（判断値、5～30％）の不利になりますが、ピックアップとスポーツカーの買い手は気にしません。",
  "The support is an upper reading: the cars carry the full cost of their US plants. If they could be sold with as much less equipment as Japan's own cars seem to be, about half of it would do (parameter entrant_local_cost_share_jp).":
    "支援額は上限寄りの読みです。車は米国工場の費用をすべて負っています。日本車なみに装備を減らせるなら、およそ半分で足ります（パラメーター entrant_local_cost_share_jp）。",
  "The market is that of 2024, at 151.5 yen to the dollar; only laws and the new cars are later.":
    "市場は2024年、1ドル＝151.5円のものです。後の時点のものは法令と新規投入車だけです。",
  "All duties of the day move: 15 per cent on cars from Japan and Europe, 25 on Korea, the content rule for Mexico and Canada, duties on parts, and the carmakers' refund on parts.":
    "その日の関税がすべて動きます：日本・欧州車15％、韓国車25％、メキシコ・カナダの含有率規則、部品関税、部品関税のメーカーへの還付。",
  "All duties of the day move: 27.5 per cent on cars from Japan and Europe, 50 on Japanese pick-ups, the content rule for Mexico and Canada, duties on parts, and the carmakers' refund on parts.":
    "その日の関税がすべて動きます：日本・欧州車27.5％、日本製ピックアップ50％、メキシコ・カナダの含有率規則、部品関税、部品関税のメーカーへの還付。",
  "Prices are those of the long run under these laws, not those charged in that month; the short run stands beside it in the report.":
    "価格はこれらの法令のもとでの長期価格であり、その月の実際の価格ではありません。短期の値は報告書に並べて示します。",
  "Only the duty on passenger cars from Japan moves. Cars from Mexico, Canada, Korea and Europe and all parts keep the duties of 2024, so Japan loses more here than under the laws of 2025.":
    "動くのは日本製乗用車の関税だけです。メキシコ・カナダ・韓国・欧州の車と部品の関税は2024年のままなので、日本の損失は2025年の法令のもとより大きくなります。",
  "Prices are those of the long run, when carmakers have adjusted them fully; the short run stands beside it in the report.":
    "価格は、メーカーが完全に調整し終えた長期のものです。短期の値は報告書に並べて示します。",
  "Prices are those of the long run, when carmakers have adjusted them fully.":
    "価格は、メーカーが完全に調整し終えた長期のものです。",
  "This is the law of 2024: the scenario changes nothing, and every difference from the calibrated world must be zero.":
    "2024年の法令そのものです。シナリオは何も変えず、較正した世界との差はすべてゼロになるはずです。",
  "A plant's own costs stay as they are in its own currency; parts from elsewhere move with theirs.":
    "工場自身の費用は自国通貨で変わらず、他国の部品はその通貨とともに動きます。",
  "The rate is given: nothing in the model moves it, and wages do not answer it.":
    "為替レートは所与です。モデルの中では動かず、賃金も反応しません。",
  "Prices are those of the long run.": "価格は長期のものです。",

  // What the engine says of every answer
  "This scenario changes nothing: every figure is that of its baseline.":
    "このシナリオは何も変えません。すべての数値は基準と同じです。",
  "plant capacity (reported, not bounded) and the short run: not modelled yet; prices are those of the long run":
    "工場の生産能力（表示のみ）と短期。価格は長期のもの",
  "new plants and shifts beyond what a scenario builds: capacity is that of 2024, and a plant without a stated capacity is not limited":
    "シナリオが建てるもの以外の新工場・増シフト（能力は2024年のもの、能力の記載がない工場は制約なし）",
  "the way from the short run to the long run": "短期から長期への経路",
  "third markets": "第三国市場",
  "wages and input prices": "賃金と投入価格",
  "the exchange rate's own response": "為替レート自身の反応",
  "stock-building": "在庫の積み増し",
  "used imports": "中古車の輸入",
  "saving and investment (the overall trade balance)": "貯蓄と投資（貿易収支全体）",

  // Notes and units of the controls
  "The whole duty, in place of every other one of that day. Not moved: the law.":
    "その日のほかの関税に代わる合計の税率。動かさなければ法令のとおり。",
  "The answer is the support per vehicle that it takes. 0: no promise.":
    "答えは、そのために必要な1台あたりの支援。0は約束なし。",
  "Limited: no plant builds more than it can.": "制約あり：どの工場も能力を超えて造らない。",
  "1: the long run.": "100％は長期。",
  elasticity: "弾力性",
  "elasticity of total new sales to average price": "平均価格に対する新車販売の弾力性",
  "elasticity of sourcing shares to cost": "費用に対する調達比率の弾力性",
  "elasticity of the price coefficient to income": "所得に対する価格係数の弾力性",
  "share of price a buyer must be compensated": "買い手への補償（価格比）",
  "share of price": "価格比",
  "share of price before tax": "税抜価格比",
  "share of the reference price before tax": "税抜基準価格比",
  "share of transaction price": "取引価格比",
  "share of CIF value": "CIF価格比",
  "share of parts value": "部品価額比",
  "share of parts": "部品に占める割合",
  "share of parts imported from outside the US and Canada": "米加域外からの部品輸入に占める割合",
  "share of a US plant's parts from outside North America": "米国工場の部品に占める域外の割合",
  "share of factory cost": "工場原価に占める割合",
  "share of insured value": "保険価額比",
  "share of lost sales": "失われた販売に占める割合",
  "share of profit": "利潤に占める割合",
  "share of households in the market in a year": "1年に市場にいる世帯の割合",
  "share of the way to the long-run price": "長期価格までの割合",
  "share of a duty": "関税に占める割合",
  "marginal cost, US plant over Japanese plant for the same car at 150 JPY/USD":
    "同じ車の米国工場の限界費用の割高幅（1ドル＝150円）",
  "million USD per model": "百万ドル／車種",
  "million JPY per model": "百万円／車種",
  "million JPY per type": "百万円／型式",
  "JPY per vehicle": "円／台",
  "USD per household and year": "ドル／世帯・年",
  "JPY per household and year": "円／世帯・年",
  "USD per unit of annual capacity": "ドル／年間能力1台",
  "employees per 1,000 cars a year": "人／年1,000台",
  "quantile of the income distribution": "所得分布の分位",
  "Gini index of household income": "世帯所得のジニ係数",
  households: "世帯",
  years: "年",
  miles: "マイル",
  utility: "効用",
  "cubic metres": "立方メートル",
  ratio: "比率",
  "JPY per USD, annual mean": "円／ドル（年平均）",
  "number of quadrature nodes": "求積点の数",

  // Notes of a timeline
  "Each month is the mean over its days of the equilibrium under the law of each day: static, month by month, without stock-building, anticipation or memory; prices are those of the long run under that law, not those charged in that month.":
    "各月は、各日の法令のもとでの均衡の日数平均です。月ごとに静学で、在庫の積み増し・先取り・過去の影響は含みません。価格はその法令のもとでの長期価格で、その月の実際の価格ではありません。",
  "Units and sums are annual rates: what a whole year under the laws of that month would bring.":
    "台数と金額は年率です。その月の法令が1年続いた場合の値です。",
  "Tastes, incomes, costs, models on sale, the exchange rate and the market's size are those of 2024, but for a scenario's own changes; from month to month only laws change.":
    "好み、所得、費用、車種、為替レート、市場規模は2024年のものです（シナリオ自身の変更を除く）。月ごとに変わるのは法令だけです。",
  "A measure that was made retroactive counts from the day of its legal effect, not of its publication.":
    "遡及適用された措置は、公表日ではなく効力発生日から数えます。",

  // Statements of the claims
  "Toyota and Nissan could bring their own US-built vehicles to Japan":
    "トヨタと日産は自社の米国製の車を日本に持ち込む可能性がある",
  "The purpose would be to please the Trump administration": "目的はトランプ政権の歓心を買うことだ",
  "The makers consider it for cooperation (friction and deficit), not for business reasons":
    "メーカーは採算ではなく、摩擦と赤字への協力として検討している",
  "Reverse imports could be about 20000 units a year": "逆輸入は年2万台程度になりうる",
  "Any decision would need the government to help the companies":
    "決定には政府による企業支援が必要だ",
  "US-built cars cannot be brought to Japan unchanged":
    "米国製の車はそのままでは日本に持ち込めない",
  "The remark was made to reporters at the mobility show in Tokyo":
    "発言は東京のモビリティショーで記者団に対してなされた",
  "Japan drives on the left with right-hand-drive cars; the US the reverse":
    "日本は左側通行・右ハンドルで、米国はその逆だ",
  "The driving-side difference is a major obstacle to the import plans":
    "通行側の違いは輸入計画の大きな障害だ",
  "Toyota did not specifically promise to invest more than 13 billion dollars in the US":
    "トヨタは米国への130億ドル超の投資を具体的に約束してはいない",
  "The figure is what it invested during the first Trump term":
    "その額はトランプ政権1期目に投資した額だ",
  "People should go and buy a Toyota": "トヨタを買いに行くべきだ",
  "Toyota investment in the US was praised in a speech to troops in Japan":
    "在日米軍への演説でトヨタの対米投資が称賛された",
  "Toyota production rose 11.1 percent in September 2025": "2025年9月のトヨタの生産は11.1％増えた",
  "It was the fourth month in a row of production growth": "増産は4か月連続だった",
  "Strong US demand for hybrids was one driver of the growth":
    "米国での旺盛なハイブリッド需要が増加の一因だった",
  "Toyota is listed as NYSE:TM and Nissan trades as OTC:NSANY":
    "トヨタはNYSE:TMとして上場し、日産はOTC:NSANYとして取引されている",
  "The report appeared on Thursday": "報道は木曜日に出た",
  "Sanae Takaichi is the new prime minister and offers Ford F-150 purchases":
    "高市早苗氏が新首相で、フォードF-150の購入を申し出ている",
  "Reverse imports would ease trade tensions": "逆輸入は貿易摩擦を和らげる",
  "Toyota plans to export US-made vehicles to Japan and to open its distribution network there to US makers":
    "トヨタは米国製の車を日本へ輸出し、日本の販売網を米国メーカーに開放する計画だ",
  "Toyota will put auto plants all over the US for more than 10 billion dollars":
    "トヨタは100億ドル超を投じて米国各地に工場を建てる",
  "No explicit promise of 10 billion dollars over the next years was made; the first-term figure was roughly 10 billion":
    "今後数年で100億ドルという明示的な約束はしておらず、1期目の額はおよそ100億ドルだった",
  "Models and costs are not fixed, the plan will go ahead when conditions are ready; Camry among the candidates":
    "車種と費用は未定で、条件が整えば進める。カムリは候補の一つだ",
  "Toyota is studying the possibility, as a sign of open and fair trade rather than as a business":
    "トヨタは採算というより、開かれた公正な貿易の証しとして可能性を検討している",
  "Nissan is looking at reverse imports seriously": "日産は逆輸入を真剣に検討している",
  "The US trade deficit with Japan is 68.5 billion dollars": "米国の対日貿易赤字は685億ドルだ",
  "Japan exported 1.4 million vehicles to the US last year": "日本は昨年、米国に140万台を輸出した",
  "Japanese makers built 3.3 million vehicles in the US last year":
    "日本メーカーは昨年、米国で330万台を生産した",
  "US-built cars would be expensive in Japan because of US labour cost and the weak yen":
    "米国の人件費と円安のため、米国製の車は日本では高くなる",
  "Tokyo considers buying Ford F-150 pickups": "日本政府はフォードF-150の購入を検討している",
  "Nissan considers bringing US-built Murano and Pathfinder to Japan to raise plant use":
    "日産は工場の稼働率を上げるため、米国製ムラーノとパスファインダーの日本投入を検討している",
  "There is demand in Japan for larger vehicles too": "日本にも大きな車の需要はある",
  "Honda and Nissan will also discuss reverse imports": "ホンダと日産も逆輸入を議論する",
  "Cars imported from the US are less than 1 percent of passenger cars sold in Japan":
    "米国からの輸入車は日本の乗用車販売の1％に満たない",
  "Tokyo agreed to work towards accepting US-certified cars without extra tests":
    "日本政府は米国で認証された車を追加試験なしで受け入れる方向で合意した",
  "Toyota exports around 500000 vehicles a year from Japan to the US":
    "トヨタは日本から米国へ年およそ50万台を輸出している",
  "US tariffs cost Toyota 1.4 trillion yen of operating profit in the year to March 2026":
    "米国関税によるトヨタの2026年3月期の営業減益は1兆4,000億円だ",
  "Tariffs cost the seven makers 2.7 trillion yen in the year to March 2026":
    "関税による7社の2026年3月期の負担は2兆7,000億円だ",
  "Reverse imports are not a bad idea if customers want them":
    "顧客が望むなら逆輸入は悪い考えではない",
  "American-built models would carry high prices in Japan because of production cost and exchange rate; the Tundra has a niche":
    "生産費と為替のため米国製の車は日本では高くなるが、タンドラには固定客がいる",
  "The Japanese car market is closed to American cars": "日本の自動車市場は米国車に閉ざされている",
  "The US has a trade deficit of about 100 billion dollars with Japan and wants it at zero":
    "米国の対日貿易赤字は約1,000億ドルで、ゼロにしたい",
  "Toyota expects to commit at least 10 billion dollars, most of it in manufacturing":
    "トヨタは少なくとも100億ドルを、主に製造に投じる見込みだ",
  "Up to 10 billion dollars more will be invested in the US in five years":
    "今後5年で米国に最大100億ドルを追加投資する",
  "Mazda wants to keep 700000 units a year built in Japan": "マツダは国内生産70万台を維持したい",
  "Toyota keeps capacity of 3 million units a year in Japan":
    "トヨタは国内に年300万台の生産能力を維持する",
  "Makers absorb the tariff by large cuts in export prices":
    "メーカーは輸出価格の大幅な引き下げで関税を吸収している",

  // Units of the figures beside them
  "USD a year, change of the carmakers' profit without help":
    "ドル／年（支援なしでのメーカー利潤の変化）",
  "USD a year, loss of the carmakers if they paid the support":
    "ドル／年（支援を自ら負担する場合のメーカーの損失）",
  "vehicles a year without support": "台／年（支援なし）",
  "USD per vehicle": "ドル／台",
  "first day of the US scheme": "（米国書類承認制度の開始日）",
  "US-built cars with the wheel on the left": "（左ハンドルの米国製車）",
  "per cent of the support per vehicle": "％（1台あたり支援に対する割合）",
  "USD, largest confirmed pledge": "ドル（確認された最大の約束）",
  "USD, 2017 to 2021": "ドル（2017～2021年）",
  "per cent on the year": "％（前年比）",
  "months in a row in the table": "か月連続（表による）",
  "per cent, US output on the year": "％（米国生産の前年比）",
  weekday: "（曜日）",
  Thursday: "木曜日",
  "USD per 1,000 trucks": "ドル（1,000台あたり）",
  "per cent of the deficit": "％（赤字に対する割合）",
  "models announced": "車種（発表済み）",
  "USD a year": "ドル／年",
  "vehicles a year": "台／年",
};

/** Texts with numbers in them. The first that fits is taken. */
export const patterns: readonly (readonly [string, string])[] = [
  [
    "Announced since: {1}. In the model, without help {2} cars a year change the carmakers' profit by {3}; {4} a year would lose them {5} without the support.",
    "その後の発表：{1}。モデルでは、支援なしで年{2}台が売れ、メーカーの利潤は{3}変わります。年{4}台では、支援がなければ{5}の損失になります。",
  ],
  [
    "A motive cannot be seen. In the model, without help {1} cars a year change the carmakers' profit by {2}; {3} a year would lose them {4} without the support. If the carmakers paid the support themselves, the loss would stand against what one point of US duty is worth to them: {5}.",
    "動機は見えません。モデルでは、支援なしで年{1}台が売れ、メーカーの利潤は{2}変わり、年{3}台では支援がなければ{4}の損失になります。支援をメーカー自身が負担する場合、その損失は米国関税1ポイントの価値と比べられます（損失 対 1ポイントの価値）：{5}。",
  ],
  [
    "Without support buyers would take {1} a year (90 % interval {2} to {3}); {4} take {5} per vehicle. The claim is {6} times all vehicles that Japan imported from the US in 2024.",
    "支援がなければ年{1}台が売れます（90％区間：{2}～{3}台）。{4}台には1台あたり{5}が必要です。発言の台数は、2024年に日本が米国から輸入した全車両の{6}倍です。",
  ],
  [
    "{1} a year take {2} per vehicle, {3} a year; accepted papers alone lift sales only from {4} to {5}. That holds for so many, not for any number: without help {6} cars a year change the carmakers' profit by {7}; {8} a year would lose them {9} without the support.",
    "年{1}台には1台あたり{2}、年{3}の支援が必要です。書類の承認だけでは、販売は{4}台から{5}台に増えるだけです。これはその台数についての話です。支援なしの年{6}台でメーカーの利潤は{7}変わり、年{8}台では支援がなければ{9}の損失になります。",
  ],
  [
    "On {1} Japan's routes were {2}, and none took US papers. From {3} the US scheme does, after a review of documents, so the remark has been overtaken.",
    "{1}の時点で日本の制度は{2}で、いずれも米国の書類を受け付けていませんでした。{3}からは書類審査のうえで受け付けるため、この発言は過去のものになりました。",
  ],
  [
    "An event: it was reported, and no other row of the tables records it.",
    "出来事であり、報道されたものの、表のほかの行には記録がありません。",
  ],
  [
    "{1} of the {2} announced US-built cars have the wheel on the left; a Japanese family is taken to want {3} off for that, as all importers of size sell cars with the wheel on the right.",
    "発表された米国製{2}車種のうち{1}車種が左ハンドルです。主な輸入車がすべて右ハンドルであることから、日本の一般家庭は{3}の値引きを求めると置いています。",
  ],
  [
    "An obstacle, and not the main one: with the wheel on the right {1} instead of {2} would be sold without support, and {3} would need {4} less support per vehicle (a major obstacle would be {5} or more). It rests on a judgement: families want {6} off ({7} to {8}).",
    "障害ではあるものの、主因ではありません。右ハンドルなら支援なしの販売は{2}台ではなく{1}台になり、{3}台に必要な1台あたり支援は{4}減ります（大きな障害とみなす基準は{5}以上）。一般家庭が{6}（{7}～{8}）の値引きを求めるという判断に依存します。",
  ],
  [
    "Toyota's denial of a promise is on record, of {1}; the largest pledge that it has confirmed since is of {2}, below the {3} of the report.",
    "トヨタは{1}の約束を否定したと記録されています。その後に確認された最大の約束は{2}で、報道の{3}を下回ります。",
  ],
  [
    "The pledge for 2017 to 2021 was {1}, raised to {2} and met a year early; the claim says {3}.",
    "2017～2021年の約束は{1}で、{2}に引き上げられ、1年早く達成されました。発言の額は{3}です。",
  ],
  [
    "Toyota and Lexus built {1} vehicles worldwide in {2}, {3} % on the year.",
    "{2}にトヨタとレクサスは世界で{1}台を生産し、前年比{3}％でした。",
  ],
  [
    "{1} of the {2} months can be seen, all of growth ({3}); the table has no figure for {4}.",
    "{2}か月のうち{1}か月が確認でき、いずれも増加です（{3}）。{4}の数値は表にありません。",
  ],
  [
    "What can be seen fits: Toyota's US output rose {1} % in {2}, its world output {3} %, that in Japan {4} %; the tables do not split hybrids off. In the model US hybrid sales must rise by {5} % to lift Toyota's output in the two markets by as much.",
    "確認できる限りでは整合します。{2}のトヨタの米国生産は{1}％、世界生産は{3}％、日本生産は{4}％でした。表はハイブリッド車を分けていません。モデルでは、両市場向けのトヨタの生産を同じだけ増やすには、米国のハイブリッド販売が{5}％増える必要があります。",
  ],
  [
    "The table of firms has {1} of the {2} tickers: {3}.",
    "企業の表には{2}件の銘柄コードのうち{1}件があります：{3}。",
  ],
  ["The Reuters report is dated {1}, a Thursday.", "ロイターの報道は{1}付で、木曜日です。"],
  [
    "An event, and no size of the purchase is on record: each 1,000 trucks shrink the US deficit by {1}.",
    "出来事であり、購入規模の記録はありません。1,000台ごとに米国の赤字は{1}縮小します。",
  ],
  [
    "{1} cars shrink the deficit by {2} net of what they displace, {3} of {4}; from year to year it moves by {5} on average. Tensions have no other figure.",
    "{1}台で赤字は置き換えを差し引いて{2}縮小し、{4}の{3}に当たります。赤字は年ごとに平均{5}動きます。摩擦を測る数値はほかにありません。",
  ],
  ["{1:n} of {2:n}", "{2}のうち{1}"],
  ["{1} (grade {2})", "{1}（等級{2}）"],
  // Scenarios side by side
  [
    "{1} moves the US car balance with Japan most: it improves it by {2} a year.",
    "米国の対日自動車収支を最も動かすのは「{1}」で、年{2}改善します。",
  ],
  [
    "{1} moves the US car balance with Japan most: it worsens it by {2} a year.",
    "米国の対日自動車収支を最も動かすのは「{1}」で、年{2}悪化します。",
  ],
  [
    "Of those that improve it, {1} costs the world least, {2:n} USD of welfare per dollar, and {3} most, {4}.",
    "改善するもののうち、世界の厚生の費用が1ドルあたり最も小さいのは「{1}」（{2}ドル）、最も大きいのは「{3}」（{4}ドル）です。",
  ],
  [
    "None of these scenarios moves the US car balance with Japan.",
    "米国の対日自動車収支を動かすシナリオはありません。",
  ],
  [
    "Days of the law differ: {1}. Each change is against its own baseline.",
    "法令の日が異なります（{1}）。変化はそれぞれの基準に対するものです。",
  ],
  [
    "Baselines differ: {1}. Each change is against its own baseline.",
    "基準が異なります（{1}）。変化はそれぞれの基準に対するものです。",
  ],
  [
    "Parameters differ: {1}. Each change is against its own baseline.",
    "パラメーターが異なります（{1}）。変化はそれぞれの基準に対するものです。",
  ],
  // Months
  [
    "From {1} to {2} the law changes on {3:n} days; prices or units move on {4:n} of them.",
    "{1}から{2}までに法令が変わる日は{3}日あり、うち{4}日で価格か台数が動きます。",
  ],
  [
    "US prices of new cars at fixed weights are {1} up in {2} against {3}, after {4} up at their highest in {5}; US duty revenue goes from {6} a year to {7}, at most {8}.",
    "固定ウエートでみた米国の新車価格は、{2}には{3}より{1}高く、最も高い{5}には{4}高くなります。米国の関税収入は年{6}から{7}になり、最大は{8}です。",
  ],
  [
    "The US car balance with Japan goes from {1} a year to {2}, and is {3} at its best in {4}; cars shipped from Japan to the US go from {5} a year to {6}.",
    "米国の対日自動車収支は年{1}から{2}になり、最もよい{4}は{3}です。日本から米国への輸出台数は年{5}台から{6}台になります。",
  ],
  ["Announced since: {1}.", "その後の発表：{1}。"],
  // What a law says on the day it begins or ends
  ["{1}; the whole duty on {2} from {3}: {4} -> {5}", "{1}（合計の税率：{4} → {5}）"],
  ["{1} in all, or the base duty where that is higher", "合計で{1}（基本税率が高ければ基本税率）"],
  ["{1} in place of {2}", "{2} に代えて{1}"],
  ["quota of {1} vehicles per year", "年{1}台の割当枠"],
  ["purchase subsidy of {1} per vehicle", "1台あたり{1}の購入補助"],
  ["{1} on top of the base duty", "基本税率に{1}を上乗せ"],
  [
    "refund of duties on parts up to {1} of the list price of cars built there",
    "国内生産車の希望小売価格の{1}を上限とする部品関税の還付",
  ],
  ["{1} on the value that is not US content", "米国含有分を除く価額に{1}"],
  ["route of certification: {1}", "認証の制度：{1}"],
];
