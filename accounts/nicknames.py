"""Given names and their short forms, as groups: whoever is asked for by one is found by the others."""

LINES = """
abigail abby gail; albert al bert bertie; alexander alex sasha sandro alec xander aleksandr; alexandra alex sasha sandra lexi
alfred alf fred alfie; amanda mandy; andrew andy drew andrei andres; angela angie; anna annie ann anne anya hannah; anthony tony antonio toni
antonia toni tonia; arthur art artie; barbara barb babs bärbel; benjamin ben benny benji; bernard bernie; catherine kate katie cathy kathy katharina katherine kathryn kat katja
charles charlie chuck carlos karl; charlotte lotte charlie lottie; christina chris tina christine kristina; christopher chris kit topher christoph
daniel dan danny dani; daniela dani; david dave davey; deborah deb debbie; dominic dom nick; dorothy dot dottie dora; edward ed eddie ted ned eduardo
eleanor ellie nora nell; elizabeth liz lizzie beth betty eliza elisabeth lisa elsa isabel; emily em emmy millie; eugene gene; evelyn eve evie; ezekiel zeke
florence flo; francis frank fran francisco paco pancho franz; frances fran franny francesca; frederick fred freddie fritz friedrich; gabriel gabe; gabriela gabi gaby
george jorge georg georgie; gerald gerry jerry; gregory greg; gwendolyn gwen; harold harry hal; helen nell ellen lena; henry harry hank heinrich heinz enrique
isabella bella izzy isa; jacob jake jack; james jim jimmy jamie jaime; jane janie jenny; janet jan; jason jay; jeffrey jeff geoff; jennifer jen jenny
jessica jess jessie; john jack johnny jon juan johann hans ivan jean jan; jonathan jon jonny; joseph joe joey jose pepe josef sepp; joshua josh; judith judy
julia julie jule; katarina kati katka; kenneth ken kenny; kimberly kim; laurence larry lawrence lars lorenz; leonard leo len lenny leon; louis lou luis ludwig; louise lou lulu luisa
lucy lucia lucie; margaret maggie meg peggy greta rita margarita marge margarete; maria mary marie mia mitzi; martha marty; martin marty; mary molly polly may
matthew matt matty mateo; matilda tilly; maximilian max; michael mike mick mikey miguel mischa misha mikhail michel; mohammed muhammad mohamed mo mehmet; nathaniel nate nat nathan
natalia natasha nat natalie; nicholas nick nico niklas nikolai klaus nicolas; olivia liv livvy; oliver ollie; pamela pam; patricia pat patty trish tricia; patrick pat paddy
paul pablo paolo; peter pete petra pedro piotr; philip phil pip felipe; rachel rae; raymond ray; rebecca becca becky; richard rick dick ricky rich ricardo; robert rob bob bobby bert robbie roberto
roger rodge; ronald ron ronnie; rosemary rose rosie; samantha sam; samuel sam sammy; sarah sally sara sadie; sebastian seb bastian; sofia sophie sophia; stephanie steph steffi
stephen steve steven stefan esteban; susan sue susie susanne; sylvia sylvie; theodore ted theo teddy; theresa tess terry teresa; thomas tom tommy tomas; timothy tim timmy; tobias toby; ursula uschi
valentina val tina; vanessa nessa; veronica ronnie vera; victor vic; victoria vicky tori; vincent vince vinny; virginia ginny; vladimir vova vlad volodya; walter walt wally; william will bill billy liam wilhelm willi guillermo
yekaterina katya ekaterina; yevgeny zhenya evgeny; zachary zach zack
"""
GROUPS: list[frozenset[str]] = [
    frozenset(group.split()) for line in LINES.strip().splitlines() for group in line.split(";") if group.strip()
]
