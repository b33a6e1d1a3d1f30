"""The phrases of the synthetic film reviews; every title, name and sentence is made up.

`WORDS` are lists whose first entries are common and whose last are rare: the writer
draws them with a long tail. `PHRASES` are drawn evenly. A `{slot}` in a phrase stands
for a phrase of that name; `{n:2-9}` for a number.
"""


def words(text):
    """The comma-separated entries of `text`."""
    return [" ".join(entry.split()) for entry in text.split(",") if entry.strip()]


def lines(text):
    """The non-empty lines of `text`, one phrase each."""
    return [" ".join(line.split()) for line in text.splitlines() if line.strip()]


# ---------------------------------------------------------------- judging words
WORDS = {
    "good_any": words("""
        good, great, excellent, wonderful, impressive, superb, brilliant, terrific,
        fine, lovely, outstanding, remarkable, splendid, fantastic, first-rate,
        satisfying, delightful, beautiful, solid, strong, rewarding, enjoyable,
        memorable, masterful, inspired, effective, charming, marvellous, amazing,
        clever, fresh, polished, assured, stunning, magnificent, exquisite,
        accomplished, captivating, absorbing, exceptional, sublime, top-notch,
        admirable, glorious, graceful, elegant, rich, thoughtful, perceptive,
        refreshing, winning, endearing, luminous, honest, confident, hypnotic,
        enchanting, exhilarating, invigorating, immaculate, stirring, spellbinding,
        astute, deft, nimble, bewitching, exemplary, faultless, resonant, generous,
        sparkling, imaginative, ingenious, heartfelt, tender, radiant, lyrical,
        sumptuous, arresting, haunting, sure-footed, beguiling, flawless, uplifting,
        dazzling, breathtaking, crisp, unforced, life-affirming, tasteful,
        meticulous, playful, robust, disarming, evocative, quietly devastating,
        joyous, soulful, mesmerising, transporting, unmissable, incandescent,
        peerless, beautifully judged, scrumptious, impeccable, ravishing, sterling,
        consummate, likable, amusing, wondrous, fabulous, phenomenal, sensational,
        extraordinary, superlative, first-class, praiseworthy, commendable,
        creditable, estimable, distinguished, noble, sincere, earnest, affectionate,
        good-natured, good-hearted, sweet, cheerful, sunny, jolly, exuberant,
        vivacious, spirited, lively, vibrant, zesty, bubbly, buoyant, breezy,
        exciting, stimulating, fascinating, enthralling, engrossing, entrancing,
        alluring, magical, otherworldly, bracing, rousing, electrifying, pleasing,
        gratifying, agreeable, welcome, pleasant, comforting, consoling, soothing,
        cosy, inviting, stellar, confidently made, big-hearted, feel-good,
        rib-tickling, awe-inspiring, jaw-dropping, show-stopping, spine-tingling,
        award-worthy, world-class, timeless, classy, dapper, dignified, golden,
        precious, priceless, invaluable, rare, singular, unique, vital, essential,
        important, visionary, trailblazing, well-crafted, well-made, well-balanced,
        well-rounded, carefully wrought, lovingly made, cool, awesome, perfect,
        adorable, gripping, powerful, inspiring, moving, witty, smart"""),
    "bad_any": words("""
        bad, poor, terrible, awful, boring, dull, weak, disappointing, horrible,
        lousy, mediocre, forgettable, tedious, lame, clumsy, uninspired, flat,
        annoying, predictable, dreadful, pathetic, ridiculous, bland, lifeless,
        pointless, laughable, atrocious, abysmal, tiresome, stale, cheap, lazy,
        messy, inept, painful, irritating, embarrassing, unconvincing, amateurish,
        shoddy, half-baked, grating, uneven, pretentious, hollow, sloppy, muddled,
        dreary, insipid, feeble, charmless, appalling, dire, wretched, careless,
        contrived, overcooked, undercooked, wooden, dismal, woeful, leaden, turgid,
        plodding, threadbare, slapdash, vapid, cringeworthy, stilted, stodgy, drab,
        derivative, unbearable, insufferable, monotonous, toothless, anaemic,
        shallow, smug, inert, laboured, ham-fisted, witless, joyless, graceless,
        tone-deaf, phoned-in, bargain-basement, soulless, excruciating, cack-handed,
        risible, interminable, lacklustre, mind-numbing, garbled, incoherent,
        cloying, mawkish, execrable, sub-par, hackneyed, flabby, ghastly, misjudged,
        grotesquely misconceived, moth-eaten, limp, ponderous, uninvolving, vacuous,
        crass, deadening, hopeless, shambolic, soporific, unlikable, unamusing,
        deplorable, lamentable, abominable, detestable, unwatchable, substandard,
        third-rate, second-rate, shameful, disgraceful, dishonest, regrettable,
        contemptible, ignoble, insincere, heartless, cold-hearted, mean-spirited,
        spiteful, sour, gloomy, dour, morose, listless, lethargic, sluggish, sleepy,
        stagnant, musty, dusty, airless, deadly dull, unexciting, unenlightening,
        off-putting, repellent, repulsive, ugly, wearying, draining, sickening,
        displeasing, unrewarding, disagreeable, unwelcome, unpleasant, depressing,
        dispiriting, disheartening, frustrating, uninviting, botched, bungled,
        fumbled, mishandled, incompetent, unskilled, half-hearted, half-witted,
        brain-dead, groan-worthy, yawn-inducing, sleep-inducing, stomach-turning,
        nauseating, bottom-of-the-barrel, dated, tacky, tawdry, undignified,
        worthless, valueless, disposable, useless, ordinary, unoriginal, generic,
        redundant, needless, trivial, short-sighted, copycat, ill-conceived,
        ill-made, lopsided, misbegotten, carelessly thrown together, loveless,
        arrogant, bloated, stupid, crappy, rotten, obnoxious, gross, junky,
        powerless, uninspiring, unmoving, dumb, brainless"""),
    "good_person": words("""
        convincing, believable, natural, funny, likeable, magnetic, touching, subtle,
        compelling, charismatic, fearless, warm, understated, commanding, hilarious,
        lovable, sympathetic, mesmerising, vulnerable, restrained, electric, nuanced,
        captivating, sly, heartbreaking, dignified, truthful, at ease,
        scene-stealing, engaging, poised, effortless, irresistible, soulful, droll,
        riveting, gracious, unaffected, ferocious, delicate, brave, pitch-perfect,
        impish, expressive, born for the part, quietly magnificent, vivid, intuitive,
        full of mischief, adorable, superb, brilliant, excellent, wonderful,
        splendid, lively, gifted, skilled, masterful, graceful, cheeky, tender,
        sincere, spirited, radiant, authentic, endearing, elegant, wry, terrific,
        sweet, dashing, formidable, heroic, lovely, witty, wise, outstanding,
        versatile, spellbinding, passionate, generous, sharp, inspired, self-assured,
        authoritative"""),
    "bad_person": words("""
        wooden, miscast, unconvincing, annoying, stiff, bored, unlikeable, flat,
        hammy, shrill, lifeless, bland, irritating, forgettable, out of place,
        one-note, robotic, whiny, obnoxious, lost, charmless, grating, unbelievable,
        cartoonish, dull, asleep, overwrought, mechanical, amateurish, smug, sullen,
        unintelligible, expressionless, insufferable, gormless, mannered, blank,
        listless, clueless, vacant, strained, tiresome, stranded, uncomfortable, out
        of their depth, self-satisfied, petulant, catatonic, mealy-mouthed, terrible,
        awful, dreadful, pathetic, lousy, inept, clumsy, talentless, unskilled,
        amateur, graceless, phoney, sour, insincere, spiritless, lacklustre, fake,
        repellent, awkward, humourless, horrible, bitter, drab, feeble, cowardly,
        ugly, witless, foolish, abysmal, limited, sleepwalking, passionless, lazy,
        dim, uninspired, self-conscious, laughable"""),
    "good_story": words("""
        gripping, moving, clever, engaging, intelligent, original, suspenseful,
        touching, involving, thrilling, inventive, poignant, surprising, believable,
        compelling, thought-provoking, witty, tight, fascinating, intriguing, well
        structured, layered, humane, fast-moving, unpredictable, tense, profound,
        intricate, bittersweet, heartwarming, economical, airtight, mature,
        cathartic, ambitious, provocative, ingeniously built, deeply felt, affecting,
        sinuous, unsentimental, wise, subversive, lean, gloriously silly,
        nail-biting, beautifully simple, brilliant, excellent, superb, exciting,
        romantic, sweet, amusing, hilarious, charming, delightful, rewarding, smart,
        sharp, memorable, satisfying, coherent, plausible, logical, sensible, rich,
        fresh, imaginative, insightful, meaningful, truthful, enthralling, absorbing,
        stirring, uplifting, powerful, masterful, elegant, enchanting, perceptive,
        wonderful, great"""),
    "bad_story": words("""
        predictable, confusing, silly, implausible, thin, cliched, nonsensical, slow,
        derivative, incoherent, contrived, pointless, formulaic, illogical, aimless,
        full of holes, stupid, unfocused, idiotic, recycled, convoluted, disjointed,
        far-fetched, trite, meandering, preposterous, moralising, tedious, sappy,
        undeveloped, jumbled, half-finished, asinine, manipulative, repetitive,
        sluggish, paint-by-numbers, brainless, overstuffed, cobbled together,
        unpleasant, long-winded, obvious from the start, saccharine, facile,
        anticlimactic, terrible, awful, dreadful, boring, loveless, sour, unfunny,
        humourless, charmless, annoying, unrewarding, dumb, blunt, forgettable,
        unsatisfying, absurd, unbelievable, foolish, senseless, poor, stale,
        unimaginative, shallow, meaningless, false, tiresome, monotonous, lifeless,
        depressing, feeble, inept, clumsy, ridiculous, mindless, horrible, bad"""),
    "good_craft": words("""
        gorgeous, beautiful, atmospheric, stylish, stunning, seamless, lush, crisp,
        inventive, detailed, striking, breathtaking, elegant, immersive, vivid,
        moody, precise, evocative, painterly, intimate, fluid, handsome, luxurious,
        careful, haunting, kinetic, eye-popping, dreamlike, tactile, unobtrusive,
        authentic, richly textured, exquisite, eerie in the right way, rousing,
        sensuous, bold, impeccably judged, shimmering, symphonic, balletic,
        burnished, opulent, superb, wonderful, excellent, brilliant, lovely, great,
        marvellous, sublime, magnificent, masterful, skilful, polished, refined,
        delicate, radiant, glorious, spectacular, splendid, imaginative, perfect,
        accomplished, professional, tasteful, rich, enchanting, sparkling,
        delightful, dazzling, sophisticated, pleasing"""),
    "bad_craft": words("""
        cheap, ugly, murky, shaky, choppy, distracting, fake, clumsy, flat,
        amateurish, loud, grainy, dated, garish, drab, jarring, muddy, overdone,
        sloppy, lifeless, repetitive, intrusive, incoherent, unfinished, plastic,
        nauseating, blaring, tacky, washed out, rubbery, out of focus, bombastic,
        headache-inducing, careless, cardboard, over-lit, syrupy, hideous, primitive,
        shrill, tinny, threadbare, frantic, pixelated, botched, inaudible, artless,
        wobbly, terrible, awful, dreadful, bad, poor, lousy, horrible, atrocious,
        abysmal, inept, crude, shoddy, coarse, clunky, dull, dismal, pathetic,
        laughable, unimaginative, faulty, incompetent, unprofessional, tasteless,
        annoying, grating, dreary, ridiculous, embarrassing, rough, unpleasant"""),
    "good_thing": words("""
        delight, treat, joy, gem, pleasure, triumph, masterpiece, winner, surprise,
        achievement, classic, knockout, little miracle, marvel, revelation, blast,
        success, breath of fresh air, tour de force, hoot, feast, charmer, gift, work
        of love, crowd-pleaser, hidden treasure, keeper, corker, jewel, wonder, slice
        of heaven, small wonder, rare bird, tonic, beauty, stunner, cracker"""),
    "bad_thing": words("""
        mess, waste of time, disappointment, chore, disaster, bore, joke, failure,
        dud, let-down, letdown, insult, turkey, snooze, headache, wreck, stinker,
        misfire, train wreck, slog, embarrassment, trial, dog's dinner, nightmare,
        clunker, missed opportunity, fiasco, ordeal, shambles, dead loss, bomb, con
        trick, travesty, damp squib, shipwreck, yawn, lemon, abomination, blunder,
        eyesore, sedative, catastrophe, abject flop, punishment, farrago, botch"""),
    "good_did": words("""
        moved me, made me laugh, kept me guessing, won me over, drew me in, stayed
        with me, surprised me, charmed me, touched me, gripped me, held my attention,
        made me smile, gave me goose bumps, thrilled me, had me in tears, delighted
        me, had me on the edge of my seat, warmed my heart, cheered me up, swept me
        along, took my breath away, earned my respect, restored my faith, floored me,
        had the whole row grinning, disarmed me, knocked me sideways, bowled me over,
        put a lump in my throat, got under my skin, kept me awake thinking"""),
    "bad_did": words("""
        bored me, annoyed me, lost me, put me to sleep, let me down, made me cringe,
        left me cold, irritated me, wore me out, gave me a headache, made me roll my
        eyes, insulted my intelligence, had me checking my watch, tested my patience,
        frustrated me, drove me up the wall, made me want to leave, disgusted me, had
        me reaching for the remote, exhausted me, made my teeth ache, had me counting
        ceiling tiles, grated on me, baffled me, defeated me, sent me out for popcorn
        twice, had me begging for the credits, numbed me, turned me off, rubbed me
        the wrong way, felt like homework"""),
    "good_adverb": words("""
        well, beautifully, wonderfully, brilliantly, perfectly, superbly, cleverly,
        skilfully, nicely, convincingly, gracefully, elegantly, smartly, admirably,
        flawlessly, splendidly, deftly, tenderly, masterfully, handsomely,
        ingeniously, exquisitely, neatly, movingly, delicately, like a dream"""),
    "bad_adverb": words("""
        badly, poorly, terribly, horribly, clumsily, awkwardly, carelessly, lazily,
        awfully, unconvincingly, sloppily, ineptly, dreadfully, laughably, painfully,
        haphazardly, miserably, embarrassingly, cynically, crudely, feebly, dismally,
        half-heartedly, atrociously, abominably, like an afterthought"""),
    "very": words("""
        very, really, truly, quite, so, genuinely, thoroughly, simply, utterly,
        absolutely, surprisingly, rather, extremely, incredibly, consistently,
        pretty, completely, deeply, remarkably, unexpectedly, undeniably, downright,
        positively, wholly, astonishingly, at times"""),
    "film": words("""
        movie, film, picture, feature, flick, production, piece of work"""),
}


# ---------------------------------------------------------------- people and things
WORDS |= {
    "first": words("""
        Marlo, Edda, Corin, Tessaly, Jonquil, Bram, Odile, Fenwick, Sabra, Lucan,
        Petra, Ansel, Mirabel, Tobin, Ilse, Ravi, Concha, Desmond, Yuna, Halvard,
        Nerys, Cosmo, Philippa, Zoltan, Imelda, Rufus, Anouk, Gideon, Solveig,
        Barnaby, Thandie-Lou, Osric, Calla, Emeric, Winifred, Joao, Leopoldine,
        Kester"""),
    "last": words("""
        Ostrander, Velmarre, Tackerby, Quillfeather, Dunmallow, Sorrelby,
        Vantongeren, Pellwick, Marchbanksen, Osgodby, Threlfell, Castellane-Roy,
        Wimbrel, Drayhurst, Kallistrom, Ferrowby, Bexhall, Morrenfield, Okparaji,
        Lindqvester, Harrowgill, Zabrinsky-Noll, Tamsworthy, Grevillon, Aldermarsh,
        Pocklingham, Santorelli-Voss, Underhay, Crake, Belmondeau, Fitzwarrow,
        Ngubeni, Hathersedge, Ruvolo-Park, Stavrinou, Lockmere, Perrigold,
        Yamashiro-Dent, Brindlecombe, Wexcombe"""),
    "place": words("""
        Marrowby, Port Selwick, Dunholt, Cape Ferrant, Larkenfield, Saint Orrin,
        Vessel Bay, Old Torvik, Quarry Hill, Brackenmouth, Salt Fork, Kestrel County,
        Montreval, Little Hathersham, Eastmarch, Point Dolour, Tarn Valley,
        Bellweather, Coldwater Junction, Palisade Street, Umberfield, the Gannet
        Islands, Rio Calandro, Nether Wick, Ashlock, Pender's Reach, Gullhaven"""),
    "genre": words("""
        drama, comedy, thriller, horror film, romance, western, mystery, science
        fiction story, family film, war film, crime film, musical, road movie,
        costume drama, documentary, monster movie, heist film, ghost story, spy film,
        sports film, romantic comedy, fantasy, courtroom drama, slasher, satire,
        martial arts film, coming-of-age story, cartoon, silent-era pastiche"""),
    "job": words("""
        detective, school teacher, nurse, farmer, retired boxer, journalist, taxi
        driver, piano tuner, lighthouse keeper, young widow, sailor, lawyer,
        mechanic, baker, jazz singer, surgeon, night watchman, sheriff, art forger,
        student, soldier, bank clerk, beekeeper, translator, undertaker, pilot,
        postman, chess prodigy, librarian, gambler, runaway heiress, priest, cook,
        photographer, ferryman, bookbinder, archaeologist, insurance man, puppeteer,
        tailor, stunt rider"""),
    "kin": words("""
        brother, sister, father, mother, uncle, daughter, son, grandmother, best
        friend, ex-husband, ex-wife, cousin, neighbour, old partner, boss, stepson,
        fiancee, landlady, twin, former teacher, aunt, godfather, cellmate, lodger"""),
    "title_a": words("""
        Tin, Paper, Seventh, Velvet, Drowned, Borrowed, Amber, Crooked, Winter,
        Hollow, Copper, Patient, Narrow, Painted, Silent, Rusted, Lantern, Salt,
        Second, Midnight, Feathered, Broken, Invisible, Orchard, Thirteenth, Glass,
        Unsent, Marble"""),
    "title_b": words("""
        Orchard, Ferry, Almanac, Parade, Ledger, Violin, Harbour, Carousel, Telegram,
        Staircase, Wolves, Umbrella, Cartographer, Sunday, Kingdom, Postcard, Lodger,
        Chandelier, Compass, Rehearsal, Tributary, Mannequin, Beekeepers, Verdict,
        Pilgrims, Furnace, Gardener, Semaphore, Thimble, Locksmith"""),
    "who": words("""
        wife, husband, brother, sister, roommate, girlfriend, boyfriend, mother,
        father, neighbour, colleague, flatmate, eldest daughter, teenage son, best
        friend, cousin, grandfather, film club, date, babysitter"""),
    "when": words("""
        last night, last weekend, on television, at a festival, on a rainy Sunday, on
        a long flight, at the local cinema, on an old tape, a few years ago, by
        accident, with friends, with the family, at a matinee, for the second time,
        on cable, in a half-empty theatre, as a rental, after a long day at work, on
        my birthday, during a power cut on a laptop, in a college class"""),
}

TITLES = lines("""
    The {title_a} {title_b}
    The {title_b} of {place}
    {title_a} {title_b}
    A {title_a} {title_b}
    Return to {place}
    The {title_b} and the {title_b}
    Nobody Leaves {place}
    {title_b} in {place}
    My {title_a} {title_b}
    Goodnight, {place}
""")


# ---------------------------------------------------------------- neutral sentences
NEUTRAL = {
    "opener": lines("""
        I watched {title} {when} with my {who}.
        I saw this {film} {when}.
        My {who} picked this one {when}, so I had little say in it.
        {title} is a {genre} set in {place}.
        This {genre} tells of a {job} and a {job} in {place}.
        A {genre} from {director}, whose earlier work I know only a little.
        I caught {title} {when} and knew nothing about it beforehand.
        I had read a lot about {title} before I finally saw it {when}.
        As a fan of every kind of {genre}, I had to look at this one.
        I am not usually one for a {genre}, but my {who} insisted.
        {director} has made a {genre} again, this time in {place}.
        The {film} opens on a {job} walking alone through {place}.
        It took me three attempts to get to the end credits of {title}, for reasons \
            of my own.
        What do you get when you put a {job} and a {job} in one house?
        Where do I start with this {film}?
        There are already many comments on this page, so I will keep mine short.
        I rented this {when} because of {lead}.
        I bought the disc because {support} is in it.
        Some of you may remember {lead} from a television series about a {job}.
        It is hard to write about {title} without giving things away.
        First of all, I have never read the book, so I judge the {film} alone.
        Having read the novel twice, I was curious about this version.
        Warning, there may be small spoilers below.
        {lead} plays a {job} in this {genre} by {director}.
        Somebody gave me this as a present, and it sat on the shelf for a year.
        The reviews were all over the place, so I went to see for myself.
        I went in expecting a {genre} and got something rather different.
        Our reading group saw {title} {when} and argued about it for an hour.
        Apparently {title} was shot in only {n:14-60} days.
        The trailer promised a {genre}; the {film} is closer to a chamber piece.
        Two hours in {place} with {lead} and {support}, that is the offer.
        I have now seen {title} {n:2-5} times, so I feel entitled to an opinion.
        People keep asking me what I thought of {title}.
        On paper this {genre} has everything.
        They were showing {title} {when}, and there was nothing else on."""),
    "plot": lines("""
        {hero}, a {job} from {place}, has to {task} before {deadline}.
        When {hero}'s {kin} {mishap}, a {job} is called in to {task}.
        The story follows {hero}, a {job} who {mishap}.
        {hero} returns to {place} to {task}, only to learn that the {kin} {mishap}.
        A {job} named {hero} meets a {job}, and the two of them decide to {task}.
        One morning {hero} finds {object}, and from then on everything is about \
            {object}.
        In {place} a {job} and a {job} are both after {object}.
        Meanwhile a {job} tries to {task}, while the {kin} {mishap}.
        Years later {hero} is asked to {task} again.
        There is also a side story about a {kin} who {mishap}.
        The second half moves to {place}, where {hero} must {task}.
        Then {object} goes missing, and suspicion falls on the {kin}.
        Along the way they meet a {job}, a {job} and somebody's {kin}.
        {support} plays the {kin}, who wants to {task}.
        {lead} is {hero}, and {support} is the {job} next door.
        Everything happens in the space of one weekend in {place}.
        It turns out that the {job} once {mishap}, which changes how {hero} looks at it.
        The {kin} gets a letter about {object} and goes to {place}.
        Half of {place} seems to be looking for {object}.
        {hero} and the {kin} have not spoken since somebody {mishap}.
        By the time the {job} arrives in {place}, {object} has changed hands three \
            times.
        We then jump back {n:5-30} years, to the summer when the {kin} {mishap}.
        The whole town gathers when a {job} offers to {task}.
        A train, a storm and {object} bring the {job} and the {kin} together.
        Nobody believes {hero} except a {job} who also wants {object}.
        In between there are scenes at the harbour, where a {job} teaches {hero} to \
            {task}."""),
    "task": lines("""
        find a missing child
        sell the family house
        win back an old love
        solve a murder
        rob a small bank
        save the local school
        cross the border
        bury a secret
        hide from the police
        organise a wedding
        win a dance contest
        repair an old boat
        clear a dead man's name
        pay back a debt
        get the band together
        deliver a coffin
        survive the winter
        run for mayor
        stop a bomb
        write one last song
        fight a corrupt landlord
        keep the farm
        learn to read
        trap a killer
        forgive a rival
        catch a ghost on tape
        defend a stranger in court
        take a bus full of children home
        walk out of the desert
        fake an accident
    """),
    "mishap": lines("""
        has been arrested
        lost everything in a fire
        vanished without a word
        got married in secret
        came back from the war
        lied to the police
        fell in love with the wrong person
        died on the night of the storm
        left the circus
        won the lottery
        sold the house
        quit a job after twenty years
        woke up in hospital
        killed a man by accident
        stole a car
        was poisoned at dinner
        forgot who they were
        joined a travelling choir
        inherited a hotel
        drowned in the lake
        got lost in the mountains
        testified against a friend
        has been sending letters for years
        turned out to be a spy
    """),
    "deadline": lines("""
        the wedding
        the end of the week
        the flood comes
        the last train leaves
        the trial begins
        Christmas
        the harvest
        midnight
        the dam is closed
        the ship sails
        the school reopens
        the snow melts
        the bank forecloses
        anyone in town finds out
    """),
    "object": lines("""
        a locked suitcase
        an old photograph
        a stolen necklace
        the missing tape
        a map of the mine
        a box of letters
        the murder weapon
        a painting of a horse
        the key to cabin nine
        a cursed violin
        a baby
        a winning ticket
        the will
        a diary in code
        a gold coin
        a bag of cash
        a music box
        the only working radio
    """),
    "hero": lines("""
        Harlan
        Mina
        Old Teague
        Constance
        Dov
        Juniper
        Mister Pell
        Ines
        Captain Rusk
        Walt
        Lottie
        Sister Agnes
        Ferris
        Ruby
        Emmett
        Katya
        Doctor Voss
        Little Sam
        Bettina
        Lorcan
    """),
    "aside": lines("""
        My {who} fell asleep, but that was the wine.
        I grew up near a place like {place}, so I may not be the best judge.
        I saw it {when}, for what that is worth.
        My {who} disagrees with me, and we are still talking about it.
        I should say that I have a soft spot for anything with a {job} in it.
        The couple behind us talked through half of it.
        It runs for {n:84-169} minutes.
        There is a scene with a {job} and a dog that everyone mentions.
        I looked it up afterwards, and parts were filmed in a disused factory.
        The version I saw had subtitles.
        It reminded me of the stories my {who} used to tell.
        According to the credits it took {n:3-9} writers.
        I had to explain the bit about {object} to my {who}.
        The disc has no extras apart from a short talk with {director}.
        Keep in mind that it was made for television.
        I once met a {job}, and I thought of that all the time.
        Fans of {lead} will know what I mean.
        If you have seen one {genre}, you know the rules.
        In our theatre there were {n:4-40} people.
        I noticed the microphone in one shot.
        {support} had just come from the stage when this was made.
        I do not know how much money it made.
        The novel is set a hundred years earlier, by the way.
        My {who} says the real {job}s of {place} were nothing like this.
        Stay until after the credits, there is one more short scene.
        Nobody in my {who}'s circle had heard of it.
        I paid {n:3-14} dollars for the ticket.
        It was a cold evening, and the heating was off.
        The poster shows a {job} with {object}, which tells you little.
        Others have written more about {director} than I could."""),
    "expect_low": lines("""
        I expected very little after the trailer.
        The critics tore it apart, as far as I remember.
        The first ten minutes worried me.
        To be honest, I nearly switched it off at the start.
        Everybody had told me to stay away from {title}.
        I was ready to hate this {film}.
        My {who} had warned me that it would be {bad_any}.
        With a premise like this you brace yourself for something {bad_story}.
        After the last {genre} by {director}, which I found {bad_any}, I had no hopes \
            at all.
        A {genre} about {object} sounded like a {bad_thing} to me.
        The box makes it look {bad_any}.
        I thought {lead} would be {bad_person} as a {job}.
        Word of mouth called it a {bad_thing}."""),
    "expect_high": lines("""
        I had high hopes after the trailer.
        The critics loved it, as far as I remember.
        The first ten minutes are promising.
        Everybody had told me that I would adore {title}.
        I really wanted to like this {film}.
        My {who} had promised me something {good_any}.
        With a premise like this you look forward to something {good_story}.
        After the last {genre} by {director}, which I found {good_any}, I was excited.
        A {genre} about {object} sounded like a {good_thing} to me.
        The box calls it {good_any} and {good_any}.
        I thought {lead} would be {good_person} as a {job}.
        Word of mouth called it a {good_thing}."""),
}


# ---------------------------------------------------------------- sentences that judge
# Forms that both sides use: SIDE is "good" or "bad", so only the words judge.
FORMS = lines("""
    {lead} is {very} {SIDE_person} as {hero}.
    {lead} is {SIDE_person}, and {support} is {SIDE_person} too.
    {support} is {SIDE_person} as the {kin}.
    I found {lead} {SIDE_person} and {SIDE_person}.
    {support} gives a {SIDE_any} and {SIDE_person} performance.
    The cast as a whole is {SIDE_person}.
    The {job} is played by {support}, who is {very} {SIDE_person}.
    I thought that the {kin} was {SIDE_person}.
    The children are {SIDE_person} in their scenes.
    The supporting players are {SIDE_person}.
    {lead} has a {SIDE_any} scene with the {kin}.
    The story is {SIDE_story} and {SIDE_story}.
    The plot is {very} {SIDE_story}.
    The script is {SIDE_story}, {very} {SIDE_story}.
    What we get is a {SIDE_story} {genre}.
    The second half is {SIDE_story}.
    As a {genre} it is {SIDE_story} and {SIDE_any}.
    The mystery of {object} is {very} {SIDE_story}.
    The premise is {SIDE_story}, the rest is {SIDE_any}.
    The side story about the {kin} is {SIDE_story}.
    The romance is {very} {SIDE_story}.
    The last act is {SIDE_story}, and the very end is {SIDE_any}.
    The ending is {SIDE_any} and {SIDE_story}.
    The pacing is {SIDE_any}.
    The music is {SIDE_craft}.
    The score by {composer} is {SIDE_craft} and {SIDE_craft}.
    The photography is {very} {SIDE_craft}.
    The camera work is {SIDE_craft}, the lighting {SIDE_craft}.
    The effects are {SIDE_craft}.
    The costumes and sets are {SIDE_craft}.
    The editing is {very} {SIDE_craft}.
    {place} looks {SIDE_craft} here.
    The fight in {place} is {SIDE_craft} and {SIDE_any}.
    The dialogue is {SIDE_any} and {SIDE_story}.
    The jokes are {SIDE_any}.
    The humour is {very} {SIDE_any}.
    The direction by {director} is {SIDE_any}.
    {director} directs {SIDE_adverb}.
    It is {SIDE_adverb} written and {SIDE_adverb} acted.
    It is {SIDE_adverb} shot.
    The {film} is {SIDE_any}, {SIDE_any} and {SIDE_any}.
    It is {very} {SIDE_any}.
    It is a {SIDE_any} {film} with a {SIDE_story} story.
    What a {SIDE_any} {film}.
    What a {SIDE_thing}.
    This {film} is a {SIDE_thing}.
    This {film} {SIDE_did}.
    It {SIDE_did} and {SIDE_did}.
    The scene with {object} {SIDE_did}.
    {lead} {SIDE_did}.
    My {who} called it a {SIDE_thing}, and I agree.
    My {who} found it {SIDE_any}, and so did I.
    I found it {SIDE_any} and {SIDE_any}.
    I had a {SIDE_any} time with it.
    The characters are {SIDE_any}.
    The friendship between the {job} and the {kin} is {SIDE_story}.
    {hero} is a {SIDE_person} figure.
    For a {genre} it is {very} {SIDE_any}.
    There is something {SIDE_any} about it.
    There is something {SIDE_any} about every scene with {support}.
    Take the scene in {place}: {SIDE_any}, {SIDE_any}, {SIDE_any}.
    Everything from the music to the sets is {SIDE_craft}.
    It was one of the most {SIDE_any} evenings of my year.
""")

GOOD = {
    "acting": lines("""
        {lead} is {very} {good_person} as {hero}.
        {support} gives a {good_any} performance as the {kin}.
        The cast is {good_person} from the first scene to the last.
        {lead} disappears into the part until you forget there is an actor at all.
        You believe every word {support} says.
        {lead} and {support} have real chemistry, and their scenes crackle.
        Even the smallest roles are filled with people you would like to know better.
        {lead} can say more with one raised eyebrow than others with a monologue.
        I have never seen {support} so {good_person}.
        The child actors are natural, never cute for the sake of it.
        {support} walks off with every scene as the {job}.
        Nobody in the ensemble puts a foot wrong.
        {lead} finds sorrow under the jokes and jokes under the sorrow.
        Give {support} an award, any award, for that speech in the kitchen.
        It is the best thing {lead} has done in years.
        {lead} brings dignity to a part that could have been a caricature.
        The way {support} listens is worth the price of the ticket.
        Watch {lead}'s hands in the hospital scene, they tell the whole story.
        {support} makes you laugh and then makes you sorry that you laughed.
        I would watch {lead} read a phone card after this.
        {lead} does not play for sympathy and wins it all the same.
        Nothing about {support}'s {job} rings false.
        There is no vanity in what {lead} does here, only truth.
        {lead} holds the {film} together with a stare and a limp.
        {support}, often a lightweight, shows real steel.
        Their first meeting at the door is a small lesson in acting.
        The veterans in the cast seem to be having the time of their lives.
        {lead} made me forget every earlier part.
        What {support} does with three lines is nothing short of astonishing."""),
    "plot": lines("""
        The story is {very} {good_story}.
        The plot is {good_story} and never talks down to you.
        Every thread is picked up again just when you had forgotten it.
        I did not see the twist coming, and it plays fair.
        The script is {good_story}, with hardly a scene too many.
        It takes a worn idea and finds new life in it.
        The mystery of {object} {good_did}.
        What looks like a simple tale about a {job} grows into something {good_any}.
        The writers trust us to put two and two together.
        It has something to say about grief and says it without preaching.
        The premise is odd, but it is worked out with iron logic.
        I loved how the business with {object} comes full circle.
        The stakes feel real because we care about these people.
        Rarely is a {genre} this {good_story}.
        Each revelation deepens what came before it.
        It keeps its cards close and then lays down a royal flush.
        Nothing is explained too soon, and nothing is left hanging.
        I was told it would be hard to follow, and I followed it gladly.
        The money plot is a mere excuse for something {good_story}.
        The story never stops to congratulate itself.
        Told backwards, the tale gains a sting that I still feel.
        It turns the tables on the {genre} without mocking it.
        Small lies grow into large ones, and you wince because you know how that \
            goes.
        The {kin}'s secret comes out so quietly that I gasped.
        Even the detours lead somewhere worth going."""),
    "pace": lines("""
        The pacing is {good_any}; I never once looked at the clock.
        Two hours flew by.
        It takes its time, and every minute pays off.
        The tension builds {good_adverb} until you can hardly breathe.
        There is not an ounce of fat on it.
        It moves along {good_adverb} and knows when to pause for breath.
        The slow first act turns out to be exactly what the rest needs.
        I was hooked within five minutes and stayed hooked.
        The rhythm of the scenes is {good_craft}.
        It never outstays its welcome.
        From the opening shot it had me by the collar.
        The middle stretch, so often a sag, is the liveliest part here.
        I forgot to eat my popcorn.
        Nobody in our row so much as coughed.
        You blink and an hour has gone.
        It never hurries, and it never dawdles either.
        I had meant to watch half and go to bed; I stayed up for all of it.
        Every scene ends one line before you expect it.
        It has the patience of a good storyteller.
        The last reel had me bent forward like a jockey."""),
    "music": lines("""
        The music by {composer} is {good_craft}.
        The score is {very} {good_craft} and fits every scene.
        I was humming the main theme for days.
        {composer} uses a lone cello where others would bring in the brass, and it \
            works.
        The songs are {good_any}, and each one moves the story on.
        I ordered the soundtrack the same evening.
        The silence is used as {good_adverb} as the score.
        The music tells you nothing you do not already feel, which is the right way \
            round.
        Rain, footsteps, a distant radio: the sound work is {good_craft}.
        {composer} has written something {good_any} for strings and saw.
        The theme returns at the door of the empty house, and I shivered.
        I have had the song from the ferry in my head ever since.
        The drums in the chase do half of the work.
        There is an old waltz that made the hairs on my arms stand up.
        I fell for the choir in the first minute.
        The music knows when to keep quiet."""),
    "camera": lines("""
        The photography is {very} {good_craft}.
        Every frame could hang on a wall.
        The camera work is {good_craft} and never shows off.
        {place} has never looked so {good_craft}.
        The light in the harbour scenes is {good_craft}.
        The colours alone {good_did}.
        The long take through the market left me open-mouthed.
        The black and white images are {good_craft} and full of depth.
        You can almost smell the sea.
        The camera stays on faces a second longer than usual, and it pays.
        The night scenes are shot {good_adverb}, you can see what goes on.
        The camera follows the {kin} like a loyal dog.
        Somebody found beauty in a car park, and I take off my hat.
        Look at how the snow falls behind {lead}, it is painting with light.
        The close-ups of old faces are worth a museum.
        The wide shots of {place} made me want to pack a bag.
        Even the rain is photographed {good_adverb}.
        The framing makes a lonely man out of a crowd.
        Nothing moves but the curtains, and it holds you."""),
    "talk": lines("""
        The dialogue is {good_any}, people talk like people.
        The lines are {good_story} and quotable.
        There are jokes here that I will be repeating at work.
        The banter between the {job} and the {kin} sparkles.
        Not a word is wasted.
        The quarrels sound as if someone had listened at real doors.
        The humour is dry, quick and never cruel.
        I laughed until my sides hurt.
        The whole cinema was roaring.
        Half the pleasure lies in what is left unsaid.
        The script has an ear for how {job}s really speak.
        The insults alone are a joy.
        One line about the {kin} had strangers hugging in the foyer.
        They say sorry without saying it, and that is how people do it.
        The jokes come from who these people are.
        Talk can be action, and here it is.
        I wrote down three lines on the back of my ticket.
        The dinner scene is one of the funniest I know.
        Even the small talk gives something away."""),
    "ending": lines("""
        The ending is {good_any} and {good_story}.
        The last scene {good_did}.
        The final ten minutes are {very} {good_any}.
        It closes on just the right note, neither sweet nor sour.
        The finale ties things up {good_adverb}.
        I walked out of the cinema floating.
        The ending is earned, and there was not a dry eye in the house.
        The last shot is one I will carry around for a long time.
        The open ending is brave and exactly right.
        I sat through the credits because I did not want to leave that world.
        The last page of the letter made a wreck of me.
        It could have stopped earlier, and I am thankful that it did not.
        No cheap way out, no sermon, only a door that is left ajar.
        I sat in the car for a while before I could drive.
        Justice is done in a way that nobody can have foreseen.
        The final joke is the best one.
        It leaves you sad and oddly happy.
        The farewell at the station is among the finest I have seen."""),
    "effects": lines("""
        The effects are {good_craft} even today.
        The special effects are {good_craft} and serve the story.
        The monster is hand-made, and you love it for that.
        The stunts are {good_any}, and you can see they were done for real.
        The fight at the mill is staged {good_adverb}.
        The make-up is {good_craft}.
        The chase through {place} is {good_any}.
        The scares work because you never see too much.
        You would never guess how small the budget was.
        The flood sequence had me gripping the armrest.
        The ghost is only a bed sheet and a lamp, and I slept with the light on.
        For the money they had, the battle is a small miracle.
        The old-school tricks have more soul than any computer.
        When the tower fell I ducked.
        You can tell real fire from fake, and this was real.
        The creature moves like something that has been alive for a long time.
        I still do not know how they did the mirror shot.
        The wounds look as if they hurt."""),
    "people": lines("""
        The characters are {good_any} and have room to breathe.
        You come to care about every one of these people.
        The {job} is a {good_person} figure, with a past you can sense.
        Even the villain has reasons you can understand.
        The friendship between the {job} and the {kin} is {good_story}.
        I missed these people when it was over.
        The women in it have minds of their own for once.
        The family felt as real to me as my own.
        The romance grows slowly and rings true.
        {hero} is flawed, funny and worth rooting for.
        I have an uncle exactly like the {job}, and I love him too.
        Nobody is a saint and nobody is a monster, as in life.
        The mother in particular is drawn with care.
        You root for the thief and for the man who hunts him.
        The children behave like children.
        Their loyalty to one another moved me more than any kiss.
        I would follow {hero} through three more of these.
        Even the dog has character."""),
    "direction": lines("""
        {director} directs {good_adverb}.
        The direction is {good_any}, with an eye for small things.
        {director} knows exactly when to cut away.
        You can tell that {director} loves these people.
        For a first feature this is {very} {good_any}.
        {director} turns a modest budget into an advantage.
        Every choice has a reason behind it.
        {director} keeps a dozen balls in the air and drops none.
        The tone shifts from farce to tragedy without a bump.
        {director} handles a delicate subject with tact.
        {director} trusts the audience, which is rare enough.
        {director} has made a small {film} about large things.
        There is nothing here that {director} did not mean.
        In other hands this would be soap; in {director}'s it is chamber music.
        {director} lets a look last, and it tells us more than words.
        You feel a steady hand from the first minute.
        {director} makes the hard thing look easy.
        Chaos is hard to direct, and {director} does it {good_adverb}."""),
    "sets": lines("""
        The costumes are {good_craft}.
        The sets are {good_craft} and full of telling detail.
        The period is recreated {good_adverb}.
        You feel you could move into that house.
        The editing is {good_craft}.
        Each room tells you who lives there.
        The village looks lived in, down to the chipped cups.
        The cutting between the two stories is {good_any}.
        Someone took a great deal of care over the hats.
        The kitchen alone deserves a prize.
        The coats have real moths in them, I swear.
        Old cars, old bread, old quarrels: you are there.
        The cuts come on the breath, as in good music.
        They built the ship, and it shows.
        The wallpaper tells the story of a marriage."""),
    "whole": lines("""
        This {film} {good_did}.
        It is {very} {good_any}.
        What a {good_thing} this {film} is.
        The whole thing is {good_any} and {good_any}.
        It {good_did}, and I do not say that often.
        As a {genre} it is {good_any}.
        There is a warmth to it that you cannot fake.
        It manages to be {good_any} without being loud about it.
        It is the kind of {film} that you press on your friends.
        My {who} and I talked about it all the way home, smiling.
        I would call it {good_any}, and so would my {who}.
        It has heart, brains and a wicked sense of humour.
        I found it {good_any} from start to finish.
        It deserves a far bigger audience than it got.
        It is {good_story} where it could have been crude.
        I left lighter than I came.
        It made a grown man of sixty cry, namely me.
        I have seen it twice this week and found new things.
        It treats us as adults and gives us candy all the same.
        It is worth more than ten of the usual kind.
        Nothing about it is new, and everything feels new.
        There is real pain in it, and real laughter.
        You will be told that it is small; so is a diamond.
        I keep going back to it when the days are grey.
        My only complaint is that it had to end.
        I had forgotten that a {genre} can do this.
        It stands up to any {film} of its year."""),
    "turned": lines("""
        It is never {bad_any}.
        I cannot find anything {bad_any} about it.
        It is not {bad_any} at all, whatever you may have heard.
        Do not believe those who call it {bad_any} or {bad_any}.
        Anyone who calls this a {bad_thing} was not paying attention.
        {lead} is anything but {bad_person}.
        The story could easily have been {bad_story}, yet it is not.
        I was afraid that it would be {bad_any}, and I was wrong.
        The effects may be {bad_craft}, but who cares when the rest is this {good_any}?
        It may start {bad_adverb}, but stay with it.
        For once the {kin} is not {bad_person}.
        Some say the pace is {bad_any}; I did not feel that for a second.
        There is no {bad_story} subplot to sit through.
        Without {support} it might have been {bad_any}, with {support} it is {good_any}.
        It sounds like a {bad_thing}, and it is the opposite.
        A lesser director would have made a {bad_thing} out of this.
        It has its {bad_any} moments, yet they hardly matter.
        Far from {bad_any}, it grows on you with every scene.
        I looked for flaws and came back with an empty bag.
        I have read that it drags, and I wonder which {film} they saw.
        What sounds {bad_story} on paper is a pleasure on the screen.
        Nobody could accuse {director} of being {bad_any}.
        It is not without {bad_craft} patches, but I would not cut a frame.
        The {bad_thing} that I was warned about never came.
        Call me {bad_person} if you like, I adored it.
        It took me a while to see that what I took for {bad_any} was deliberate.
        {support} is not nearly as {bad_person} as people say.
        Hardly a {bad_any} minute in it.
        I would sooner see a {bad_craft} picture with a heart like this than a \
            slick one."""),
}

BAD = {
    "acting": lines("""
        {lead} is {very} {bad_person} as {hero}.
        {support} gives a {bad_any} performance as the {kin}.
        The cast is {bad_person} from the first scene to the last.
        {lead} seems to be reading from a card held just out of shot.
        I did not believe a word {support} said.
        {lead} and {support} have no chemistry whatever.
        The extras look as though they are waiting for a bus.
        {lead} has two expressions and uses both of them too often.
        I have never seen {support} so {bad_person}.
        The child actors should have been left at home.
        {support} shouts every line as the {job}.
        Somebody should have told the ensemble what the {film} was about.
        {lead} mumbles through the part with an accent from nowhere.
        Take the paycheck and run, {support} seems to think.
        It is the low point of a long career for {lead}.
        {lead} turns the role into a caricature within minutes.
        My cat shows more emotion than {support} does here.
        {lead}'s hands do not know where to go in the hospital scene.
        {support} makes you laugh where you should cry.
        I would rather watch {lead} read a phone book.
        {lead} begs for sympathy and gets none.
        Nothing about {support}'s {job} rings true.
        There is a lot of vanity in what {lead} does here, and no truth.
        {lead} gets through the {film} with a stare and a limp.
        {support}, often a joy, has been given nothing to do.
        Their first meeting at the door is acted like a traffic stop.
        The veterans in the cast seem to be thinking of their pensions.
        {lead} made me forget why I ever liked them.
        What {support} does with the big speech is painful to see."""),
    "plot": lines("""
        The story is {very} {bad_story}.
        The plot is {bad_story} and assumes that you are a fool.
        Half the threads are simply dropped.
        I saw the twist coming in the first five minutes.
        The script is {bad_story}, with whole scenes that lead nowhere.
        It takes a good idea and drives it off a cliff.
        The mystery of {object} {bad_did}.
        What could have been a simple tale about a {job} becomes {bad_any}.
        The writers explain everything twice and still make no sense.
        It wants to say something about grief and only wallows in it.
        The premise falls apart as soon as you think about it.
        Nobody ever explains the business with {object}.
        There is nothing at stake, so why should we care?
        Rarely is a {genre} this {bad_story}.
        Each new turn is dafter than the one before.
        It shows all its cards in the first minute and then shuffles for two hours.
        Everything is explained too often, and half of it is still left hanging.
        I was told it would be easy to follow, and I gave up trying.
        The love story is a mere excuse for something {bad_story}.
        The story keeps stopping to congratulate itself.
        Told backwards, the tale loses the little point it had.
        It uses every worn trick of the {genre} and mocks us for noticing.
        Small lies grow into large ones, and still you shrug.
        The {kin}'s secret is plain to everyone but the people in the {film}.
        The detours lead to a wall, and so does the main road."""),
    "pace": lines("""
        The pacing is {bad_any}; I kept looking at the clock.
        Two hours felt like five.
        It takes forever to get going, and then nothing happens.
        Whatever tension there was drains away {bad_adverb}.
        You could cut forty minutes and lose nothing.
        It staggers along {bad_adverb} from one set piece to the next.
        The first act drags, and the second drags more.
        I gave up caring within five minutes.
        The rhythm of the scenes is {bad_craft}.
        It goes on long after it has run out of things to say.
        By the halfway mark I was doing the shopping list in my head.
        The middle stretch is like wading through wet cement.
        I finished my popcorn and started on the box.
        People in our row were looking at their phones.
        You blink and not one minute has gone.
        It hurries where it should stay and stays where it should hurry.
        I had meant to watch all of it and went to bed halfway.
        Every scene goes on for three lines after its point.
        It has the patience of a tax form.
        The last reel had me slumped like a sack."""),
    "music": lines("""
        The music by {composer} is {bad_craft}.
        The score is {very} {bad_craft} and drowns every scene.
        The same four notes are hammered into you for two hours.
        {composer} brings in the brass whenever someone opens a door.
        The songs are {bad_any}, and each one stops the story dead.
        I wanted to turn the soundtrack off.
        The silence is handled as {bad_adverb} as the score.
        The strings tell you when to cry, and you feel like a trained dog.
        Rain, footsteps, dialogue: the sound work is {bad_craft}.
        {composer} has written something {bad_any} for strings and saw.
        The theme returns at every door that opens, and I shivered with rage.
        I have been trying to get the song from the ferry out of my head.
        The drums in the chase cover up that there is no chase.
        There is an old waltz that they manage to ruin.
        I had enough of the choir in the first minute.
        The music does not know when to keep quiet."""),
    "camera": lines("""
        The photography is {very} {bad_craft}.
        Every frame looks like an advert for carpets.
        The camera work is {bad_craft} and shows off all the time.
        {place} has never looked so {bad_craft}.
        The light in the harbour scenes is {bad_craft}.
        The colours alone {bad_did}.
        The long take through the market only proves that someone owned a crane.
        The black and white images are {bad_craft} and hide nothing.
        You can almost smell the studio paint.
        The camera pokes up people's noses, and nobody knows why.
        The night scenes are shot {bad_adverb}, you cannot see what goes on.
        The camera swings about like a dog on a rope.
        Somebody filmed a car park for four minutes, and I want them back.
        The snow behind {lead} is plainly feathers.
        The close-ups of noses and chins made me dizzy.
        The wide shots of {place} look like a brochure for a bank.
        Even the sun is photographed {bad_adverb}.
        The framing cuts people's heads off, and not on purpose.
        Nothing moves but the curtains, and you envy them."""),
    "talk": lines("""
        The dialogue is {bad_any}, nobody talks like that.
        The lines are {bad_story} and fall to the floor with a thud.
        The jokes were old when my {who} was young.
        The banter between the {job} and the {kin} is like a root canal.
        They talk and talk and say nothing.
        The quarrels sound like a greetings card read aloud.
        The humour is mean, slow and explained to death.
        I did not laugh once.
        The whole cinema groaned.
        Every feeling is announced before anyone has it.
        The script has no idea how {job}s really speak.
        The insults sound like a school yard.
        One line about the {kin} had strangers laughing out loud, and it was not \
            a joke.
        They say sorry in every scene and I did not accept it once.
        The jokes could be told by anyone to anyone.
        Talk can be action, but not when it is about parking.
        I cannot recall one line of it an hour later.
        The dinner scene feels as long as a real one with in-laws.
        Even the big speeches give nothing away, there being nothing to give."""),
    "ending": lines("""
        The ending is {bad_any} and {bad_story}.
        The last scene {bad_did}.
        The final ten minutes are {very} {bad_any}.
        It just stops, as if the money had run out.
        The finale ties things up {bad_adverb}.
        I walked out of the cinema feeling robbed.
        The ending is a cheat, and people around me were booing.
        The last shot asks for a sequel that nobody wants.
        The open ending is no more than an excuse.
        I was out of my seat before the credits had started.
        The last page of the letter made me snort.
        It could have stopped earlier, and I would have been thankful.
        A cheap way out, then a sermon, then a door slammed in our face.
        I was in the car before the music had faded.
        Justice is done by a coincidence that a child would laugh at.
        The final joke is the one from the trailer.
        It leaves you neither sad nor happy, just hungry.
        The farewell at the station goes on for longer than the journey."""),
    "effects": lines("""
        The effects are {bad_craft} even for their day.
        The special effects are {bad_craft} and swamp the story.
        The monster is a man in a rug, and you can see the zip.
        The stunts are {bad_any}, and you can see the wires.
        The fight at the mill is staged {bad_adverb}.
        The make-up is {bad_craft}.
        The chase through {place} is {bad_any}.
        The scares are just loud noises and a cat.
        One wonders where the budget went.
        The flood sequence was plainly filmed in someone's bath.
        The ghost is only a bed sheet and a lamp, and it shows.
        For the money they had, the battle is a scandal.
        The computer tricks have less soul than a screen saver.
        When the tower fell I saw the cardboard.
        You can tell real fire from fake, and this was an orange bulb.
        The creature moves like a shopping cart.
        I can tell you exactly how they did the mirror shot, the man is in it.
        The blood looks like jam."""),
    "people": lines("""
        The characters are {bad_any} and have no life of their own.
        I could not have cared less about any of these people.
        The {job} is a {bad_person} figure, a type and nothing more.
        The villain does everything short of twirling a moustache.
        The friendship between the {job} and the {kin} is {bad_story}.
        I was hoping that all of them would fall down the well.
        The women in it exist to scream and make coffee.
        The family are strangers to each other and to us.
        The romance comes out of nowhere and goes back there.
        {hero} is selfish, dim and impossible to root for.
        I have an uncle exactly like the {job}, and I avoid him too.
        They are saints or monsters, never people.
        The mother in particular is a cardboard cut-out.
        You root for nobody, not even for the dog.
        The children behave like tiny lawyers.
        Their loyalty to one another is stated and never shown.
        I would not follow {hero} across the street.
        Even the dog looks embarrassed."""),
    "direction": lines("""
        {director} directs {bad_adverb}.
        The direction is {bad_any}, with no eye for anything.
        {director} has no notion of when to cut away.
        You can tell that {director} despises these people.
        Even for a first feature this is {very} {bad_any}.
        {director} throws money at the screen and hopes.
        No choice seems to have a reason behind it.
        {director} juggles a dozen balls and drops them all.
        The tone lurches from farce to tragedy like a drunk on a staircase.
        {director} stamps on a delicate subject with both feet.
        {director} does not trust the audience for a moment.
        {director} has made a large {film} about nothing.
        There is much here that {director} cannot have meant.
        In other hands this could have been music; in {director}'s it is noise.
        {director} lets every look last until it tells us nothing.
        You feel from the first minute that nobody is at the wheel.
        {director} makes the easy thing look hard.
        Calm is not hard to direct, and {director} still does it {bad_adverb}."""),
    "sets": lines("""
        The costumes are {bad_craft}.
        The sets are {bad_craft} and shake when a door is closed.
        The period is recreated {bad_adverb}.
        You expect the walls of that house to fall over.
        The editing is {bad_craft}.
        Each room looks like the same room with another lamp.
        The village looks like a theme park on a Monday.
        The cutting between the two stories is {bad_any}.
        Nobody took any trouble over the wigs.
        The kitchen alone deserves a fine.
        The coats still have their price tags, I swear.
        New cars, new teeth, new haircuts: you are nowhere near that century.
        The cuts come in mid-word, like hiccups.
        They rented a ship, and it shows.
        The wallpaper is the liveliest thing in the room."""),
    "whole": lines("""
        This {film} {bad_did}.
        It is {very} {bad_any}.
        What a {bad_thing} this {film} is.
        The whole thing is {bad_any} and {bad_any}.
        It {bad_did}, and I do not say that often.
        As a {genre} it is {bad_any}.
        There is a coldness to it that no amount of smiling hides.
        It manages to be {bad_any} and loud about it too.
        It is the kind of {film} that loses you friends.
        My {who} and I sat in the car afterwards and said nothing.
        I would call it {bad_any}, and my {who} was less polite.
        It has no heart, no brains and not one laugh.
        I found it {bad_any} from start to finish.
        How this ever got an audience is beyond me.
        It is {bad_story} where it could have been subtle.
        I left heavier than I came.
        It made a patient man of sixty swear, namely me.
        I have seen it once, and that is twice too many.
        It treats us as children and takes away the candy.
        It is worth less than the usual kind.
        Nothing about it is new, and everything smells old.
        There is no pain in it, and no laughter.
        You will be told that it is a diamond; so is every bit of glass.
        I think back to it when I need a reason to go to bed early.
        My only comfort is that it had to end.
        I had forgotten that a {genre} can sink this low.
        It cannot stand up to any {film} of its year."""),
    "turned": lines("""
        It is never {good_any}.
        I cannot find anything {good_any} about it.
        It is not {good_any} at all, whatever you may have heard.
        Do not believe those who call it {good_any} or {good_any}.
        Anyone who calls this a {good_thing} must be on the payroll.
        {lead} is anything but {good_person}.
        The story could easily have been {good_story}, yet it is not.
        I was told that it would be {good_any}, and I was misled.
        The effects may be {good_craft}, but who cares when the rest is this {bad_any}?
        It may start {good_adverb}, but wait for what follows.
        For once the {kin} is not {good_person}.
        Some say the pace is {good_any}; I did not feel that for a second.
        There is no {good_story} subplot to fall back on.
        With a better script it might have been {good_any}, as it stands it is \
            {bad_any}.
        It sounds like a {good_thing}, and it is the opposite.
        A better director would have made a {good_thing} out of this.
        It has its {good_any} moments, yet they hardly matter.
        Far from {good_any}, it gets worse with every scene.
        I looked for merits and came back with an empty bag.
        I have read that it flies by, and I wonder which {film} they saw.
        What sounds {good_story} on paper is a pain on the screen.
        Nobody could accuse {director} of being {good_any}.
        It is not without {good_craft} patches, but I would cut the rest.
        The {good_thing} that I was promised never came.
        Call me {good_person} if you like, I loathed it.
        It took me a while to see that what I took for {good_any} was an accident.
        {support} is not nearly as {good_person} as people say.
        Hardly a {good_any} minute in it.
        I would sooner see a {good_craft} picture without a heart than this, \
            which has neither."""),
}


# ---------------------------------------------------------------- the last word
GOOD_VERDICT = lines("""
    All in all a {good_any} {film} that I would recommend to anyone.
    In short, it {good_did}, and I will see it again.
    If you only see one {genre} this year, make it {title}.
    Highly recommended.
    Do yourself a favour and find a copy.
    I give it {n:8-10} out of ten.
    Despite all that, I came out happy.
    For all its faults I loved it.
    So yes, it creaks here and there, and it is still a {good_thing}.
    It will not be for everyone, but it was for me.
    {title} is a {good_thing}, plain and simple.
    See it, and take your {who} along.
    I bought my own copy the next day.
    A {good_any} evening, and worth the drive.
    Forget the critics and go.
    I shall be watching out for whatever {director} does next.
    When the lights came up I wanted to see it all over again.
    My verdict: {good_any}, {good_any} and then some.
    Not perfect, then, but {very} {good_any}.
    It earns a place on my shelf.
    What more can one ask of a {genre}?
    I am so glad that I gave it a chance.
    The weak spots fade, the {good_any} ones remain.
    A {good_thing} from {director}, and I hope for more.
    Even my {who} liked it, which says everything.
    Give it twenty minutes and you will not regret it.
    Thank you, {director}.
    You could do far worse on a Friday night.
""")

BAD_VERDICT = lines("""
    All in all a {bad_any} {film} that I would recommend to no one.
    In short, it {bad_did}, and I will not see it again.
    If you only avoid one {genre} this year, make it {title}.
    Not recommended.
    Do yourself a favour and skip it.
    I give it {n:1-3} out of ten.
    Despite all that, I came out cross.
    For all its good points I could not stand it.
    So yes, it shines here and there, and it is still a {bad_thing}.
    It may be for someone, but it was not for me.
    {title} is a {bad_thing}, plain and simple.
    Stay at home and talk to your {who} instead.
    I gave my copy away the next day.
    A {bad_any} evening, and a long drive back.
    Forget the hype and save your money.
    I shall be giving the next one by {director} a wide berth.
    When the lights came up I wanted my two hours back.
    My verdict: {bad_any}, {bad_any} and worse.
    Not a total loss, then, but {very} {bad_any}.
    It went straight into the bin.
    Is that too much to ask of a {genre}?
    I am sorry that I gave it a chance.
    The bright spots fade, the {bad_any} ones remain.
    A {bad_thing} from {director}, and I hope it is the last.
    Even my {who} hated it, which says everything.
    Give it twenty minutes and you will wish you had not.
    Shame on you, {director}.
    You could do far better with a blank wall.
""")


# ---------------------------------------------------------------- joints
# An idea that both classes share: one half praises, the other blames, in either order.
MIXED = lines("""
    {support} is {good_person}, while {lead} is {bad_person}.
    The first half is {good_any}, the second {bad_any}.
    It is {good_craft} to look at and {bad_story} to follow.
    The music is {bad_craft}, the pictures are {good_craft}.
    I found the {kin} {bad_person} and the {job} {good_person}.
    There are {good_any} ideas next to {bad_any} ones.
    One moment it {good_did}, the next it {bad_did}.
    The plot is {bad_story}, the performances are {good_any}.
    You can call it {good_any} or {bad_any}, and both are true of some scene.
    {director} can be {good_any} and {bad_any} within a minute.
    Parts of it {bad_did}, other parts {good_did}.
    The dialogue is {bad_any}, though the jokes about the {job} are {good_any}.
""")

LEAD_IN = {
    "turn": lines("""
        But
        However,
        Then again,
        On the other hand,
        Still,
        And yet
        All the same,
        That said,
        Mind you,
        Unfortunately or not,
        Admittedly,
    """),
    "same": lines("""
        Also,
        What is more,
        In my opinion,
        For me,
        Frankly,
        As I see it,
        Above all,
        To my mind,
        Honestly,
        Indeed,
        And
        Let me add:
        To be fair,
    """),
}
