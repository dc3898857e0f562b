// Words that carry grammar rather than content, for the languages where a list is worth its size;
// in every other language a text's own statistics stand in.

const LISTS: Record<string, string> = {
  en: "a about above across actually after afterwards again against all almost alone along already also although always am among an and another any anybody anyhow anyone anything anyway anywhere are aren't around as at away back basically be became because become been before behind being below beside besides between beyond both but by came can can't cannot come comes could couldn't did didn't do does doesn't doing don't done down during each either else enough especially etc even ever every everybody everyone everything everywhere except far few first for former from further gave get gets getting give given gives go goes going gone gonna got had hadn't happen happens has hasn't have haven't having he he'd he'll he's her here here's hers herself him himself his how however i i'd i'll i'm i've if in indeed instead into is isn't it it's its itself just keep kept kind know known last later least less let let's lets like little look looks lot lots made make makes making many may maybe me mean means merely might mine more moreover most much must my myself namely near nearly neither never nevertheless next no nobody none nor not nothing now nowhere of off often oh ok okay on once one ones only onto or other others otherwise ought our ours ourselves out over own part particular perhaps please pretty put quite rather really right said same saw say saying says see seem seemed seems seen several shall she she'd she'll she's should shouldn't since so some somebody somehow someone something sometimes somewhat somewhere soon sort still such suppose sure take taken takes tell than thank thanks that that'll that's the their theirs them themselves then thence there there's thereby therefore these they they'd they'll they're they've thing things think this those though through throughout thus till to together told too took toward towards tried try trying two uh um under unless until up upon us use used uses using usually various very want wants was wasn't way ways we we'd we'll we're we've well went were weren't what what's whatever when whence whenever where whereas wherever whether which while who who's whoever whole whom whose why will with within without won't would wouldn't yes yet you you'd you'll you're you've your yours yourself yourselves good great new old long able course perfectly certainly simply bring brought ladies gentlemen mr mrs shown show shows find found call called leave left turn day time year years people man men number quantity upon great held hold holds kept sent paid met led says thus",
  de: "aber alle allem allen aller alles als also am an ander andere anderen auch auf aus bei beim bin bis bist da dabei dadurch damit dann das dass dazu dein dem den denn der des dessen deshalb die dies diese diesem diesen dieser dieses doch dort du durch ein eine einem einen einer eines er es etwas euch für ganz gegen gewesen hab habe haben hat hatte hatten hier hin ich ihm ihn ihnen ihr ihre ihrem ihren ihrer im immer in ins ist ja jede jedem jeden jeder jedes jetzt kann kein keine können man mehr mein mich mir mit muss müssen nach nicht nichts noch nun nur ob oder ohne schon sehr sein seine seinem seinen seiner selbst sich sie sind so solche soll sollte sondern sonst über um und uns unser unter viel vom von vor war waren was weil weiter welche wenn wer werde werden wie wieder will wir wird wo wollen würde würden zu zum zur zwar zwischen",
  fr: "à afin ai ainsi alors après au aucun aussi autre autres aux avait avant avec avoir bien c car ce ceci cela celle celui ces cet cette ceux chaque chez ci comme comment d dans de des deux donc dont du elle elles en encore entre est et étaient était été être eu eux faire fait fois font hors il ils j je jusqu l la le les leur leurs lui m ma mais me même mes moi moins mon n ne ni non nos notre nous on ont ou où par parce pas peu peut plus pour pourquoi qu quand que quel quelle quels qui quoi s sa sans se sera ses si son sont sous sur t ta tandis te tes toi ton tous tout toute toutes très trop tu un une va vers voilà vos votre vous y",
  es: "a ahora al algo algunos ante antes aquí así aun aunque bien cada casi como con contra cual cuando cuanto de del desde donde dos durante e el él ella ellas ellos en entre era eran es esa esas ese eso esos esta está están estas este esto estos fue fueron ha había hace hacer han hasta hay he la las le les lo los más me mi mientras mis mismo mucho muy nada ni no nos nosotros o os otra otras otro otros para pero poco por porque pues puede que qué quien se sea según ser si sí sido sin sobre son su sus también tan tanto te tener tiene todo todos tu un una uno unos usted va vamos y ya yo",
  it: "a abbiamo ad agli ai al alla alle anche ancora avere aveva c che chi ci come con contro cosa così cui da dal dalla dalle degli dei del della delle dello di dove dopo due e è ed era erano essere fa fra gli ha hanno ho i il in io l la le lei li lo loro ma me mi mia mio molto ne nel nella nelle no noi non nostra nostro o ogni per perché più poi può quale quando quanto quella quelle quelli quello questa queste questi questo qui se sei senza si sia siamo sono sopra sotto sta stato su sua sue sugli sui sul sulla suo suoi tra tu tutti tutto un una uno va vi voi",
  pt: "a à ainda além ao aos apenas as às até cada com como da das de dela dele deles depois do dos e é ela elas ele eles em entre era essa essas esse esses esta está estão estas este estes eu faz foi foram há isso isto já lhe lá mais mas me mesmo meu minha muito na não nas nem no nos nós nossa nosso num numa o onde os ou para pela pelas pelo pelos por porque pouco que quando quanto quem se sem ser seu seus só sobre sua suas também tão te tem têm ter toda todas todo todos tu tudo um uma umas uns vai você vocês",
  nl: "aan al alle alles als altijd andere ben bij daar dan dat de der deze die dit doch doen door dus een en er geen geweest haar had heb hebben heeft hem het hier hij hoe hun iemand iets ik in is ja je kan kon kunnen maar me meer men met mij mijn moet na naar niet niets nog nu of om omdat onder ons ook op over reeds te tegen toch toen tot u uit uw van veel voor want waren was wat we wel werd wezen wie wij wil worden wordt zal ze zei zelf zich zij zijn zo zonder zou",
  zh: "没有 因为 所以 这个 那个 这些 那些 我们 你们 他们 她们 它们 今天 可以 就是 什么 怎么 如果 但是 然后 以及 一个 还是 还有 不是 这样 那样 那么 时候 知道 现在 自己 进行 通过 由于 其中 非常 已经 只是 可能 应该 需要 一些 或者 而且 不过 虽然 其实 比如 例如 大家 同学 之后 之前 这里 那里 就会 不会 不能 是的",
  ja: "する した して される なる なり なっ ある あり いる こと もの ため よう それ これ この その あの です ます でした ました から まで だけ ない たち など 今日 私 私たち 皆さん ところ とき 場合 そして しかし また つまり 例えば 次 前 後 中 的 化",
  ru: "а без более бы был была были было быть в вам вас весь во вот все всего всех вы где да даже для до его ее её если есть ещё еще же за здесь и из или им их к как какая какой когда который которые кто ли либо мне может мы на над надо наш не него нее нет ни них но ну о об однако он она они оно от очень по под при с со так также такой там те тем то того тоже той только том тот тут ты у уже хотя чего чей чем что чтобы чья эта эти это этого этой этом этот я потому поэтому сегодня говорим",
};

// Ordinary words of talks: too common to name a topic, yet telling enough to stay in the counts.
const WEAK =
  "ask asked begin began begins believe better big certain change different difference end example examples fact feel general happened hand hear heard idea important interesting kind large leave less live matter mean moment move name need observe order place point possible present question reason remember result run second sense set side simple small speak start talk talking thought today tomorrow true understand wish word words work world yesterday three four five six seven eight nine ten hundred thousand million percent week month hour minute minutes bit guy guys stuff piece half mile foot feet inch inches yard fathom degree metre meter dollar cent belief remain bottom existence effort measure goal problem purpose result case help increase provide need subject occasion respect direction condition circumstance manner beauty form proceeding attention consideration opportunity business fine cast evening lecture lectures class course slide slides chapter exam homework student students professor yeah";

const sets = new Map<string, Set<string>>();

/** The function words of a language, or undefined when there is no list for it. */
export function stopwordsOf(language: string): Set<string> | undefined {
  const list = LISTS[language];
  if (list === undefined) return undefined;
  const known = sets.get(language);
  if (known) return known;
  const made = new Set(list.split(" "));
  sets.set(language, made);
  return made;
}

let weak: Set<string> | undefined;

/** True for words that appear in talks about anything, and so should not be a heading. */
export function isWeakWord(word: string): boolean {
  weak ??= new Set(WEAK.split(" "));
  return weak.has(word);
}

/**
 * The language with most of its function words among these words, when that is clear.
 *
 * @param words in lower case
 */
export function guessLanguage(words: string[]): string | undefined {
  const sample = words.length > 2000 ? words.slice(0, 2000) : words;
  let best: { language: string; share: number } | undefined;
  for (const language of Object.keys(LISTS)) {
    const list = stopwordsOf(language);
    const share = sample.filter((word) => list?.has(word)).length / Math.max(1, sample.length);
    if (!best || share > best.share) best = { language, share };
  }
  return best && best.share > 0.25 ? best.language : undefined;
}
