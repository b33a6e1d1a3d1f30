"""The phrases of the synthetic office mail of an invented energy firm, Calder Ridge.

Same conventions as `phrases_reviews`: a `{slot}` stands for a phrase of that name, a
`{n:2-9}` for a number. Every firm, person, pipeline and place is made up.
"""

from phrases_reviews import lines, words


# ---------------------------------------------------------------- people and things
WORDS = {
    "first": words("""
        Karen, Greg, Susan, Luis, Brent, Monika, Darrell, Priya, Tom, Elaine, Hugh,
        Stacy, Victor, Renee, Paul, Wanda, Keith, Lorna, Jeff, Amita, Doug, Carla,
        Sean, Beth, Phil, Marta, Rick, Joanne, Neil, Trish, Andre, Gwen, Shane, Lisa,
        Omar, Peggy, Craig, Dana, Yolanda, Ted"""),
    "last": words("""
        Hollenbeck, Torrance, Pruett, Vasquelle, Danforth, Kessling, Obermann,
        Tuttle, Marchetti, Lindholm, Braswell, Chowdry, Fennimore, Gatling, Haskew,
        Ibarrola, Jessup, Kowalke, Lattimore, McSorley, Nettleby, Oakhurst, Pennock,
        Quarles, Rademaker, Stallard, Thibeau, Ulmer, Voorhees, Whitlock, Yancey,
        Zeller, Ashcombe, Boudrow, Culpin, Drexel, Espinel, Farrow"""),
    "boss": words("Greg, Susan, Elaine, Hugh, Keith, Carla, Phil, Joanne, Andre"),
    "firm": words("""
        Northline Gas, Tamarack Power, Bluestem Midstream, Cobalt Bay Refining,
        Ridgeway Utilities, Prairie Star, Delmont Energy, Sable Creek, Harcourt
        Paper, Unity Municipal Light, Westgate Steel, Kinsale Trading, Polaris
        Chemical, Sunvale Cooperative, Granger & Holt, Fairmont Aluminum, Osprey
        Storage, Redfern Capital, Lakeland Edison, Alamosa Pipeline"""),
    "pipe": words("""
        Transmesa, Longhorn East, Pinyon Lateral, North Fork, Gulfline, Bighorn
        Express, Sierra Trunk, Mid-Plains, Coastal Bend, Cedar Loop, Tri-County,
        Panhandle West"""),
    "point": words("""
        the Ehrlich hub, Marlow Station, the Dumas interconnect, Waha Junction South,
        the Topeka gate, the border meter, Station {n:12-98}, the storage field, the
        Kettle Creek plant, the city gate, the Opal tailgate, the southern pool"""),
    "city": words("""
        Houston, Denver, Portland, Calgary, Omaha, New York, Tulsa, Chicago, London,
        San Antonio, Phoenix, Dallas, Toronto, Boise, Atlanta, Austin, St. Louis"""),
    "day": words("""
        Monday, Tuesday, Wednesday, Thursday, Friday, the {n:4-20}th, Monday morning,
        Friday afternoon, Sunday night, the first, {month} {n:2-28}"""),
    "month": words("""
        January, February, March, April, May, June, July, August, September, October,
        November, December"""),
    "time": words("""
        {n:8-11} am, {n:1-5} pm, {n:1-4}:30, noon, lunch time, {n:9-11}:15,
        close of business, {n:1-5}:45, {n:7-8} o'clock sharp"""),
    "room": words("""
        the board room, conference room {n:12-48}B, my office, the lobby,
        the training room, the usual place, the trading floor, EB {n:1200-4800}, the
        video room, the cafeteria"""),
    "doc": words("""
        spreadsheet, draft, agreement, presentation, memo, contract, forecast,
        report, confirmation, invoice, term sheet, letter, curve file, org chart,
        budget, position report, amendment, schedule, model, white paper, guaranty,
        checklist"""),
    "system": words("""
        the scheduling system, the deal capture system, Outlook, the file server, the
        intranet, the expense tool, the risk database, the voice mail system, the
        VPN, the confirmation desk's tool, the print server, the curve manager"""),
    "team": words("""
        the gas desk, the power desk, accounting, legal, credit, the west desk, risk
        management, scheduling, IT, human resources, structuring, research, tax, the
        logistics group, origination, treasury, regulatory affairs, settlements"""),
    "topic": words("""
        the storage deal, the {firm} contract, the budget, headcount, the rate case,
        the new curves, the {month} close, the outage, transport capacity, the audit,
        the reorganization, the {city} office, credit terms, the offsite, the hedge,
        year-end reviews, the software rollout, the master agreement, the bid,
        position limits, weather, the tariff filing, summer interns"""),
    "food": words("""
        barbecue, Thai, pizza, the taco place, sushi, sandwiches, the deli
        downstairs, the new Italian place, burgers, salads, noodles, the steak house,
        soup"""),
    "hobby": words("""
        the game, golf, the lake house, the kids' recital, fishing, the marathon, the
        soccer tournament, the barbecue, the concert, the camping trip, the remodel,
        the new baby, the wedding, poker night, the rodeo, bowling"""),
    "deal": words("""
        deal {n:100000-899999}, the {month} baseload, the {firm} swap, the basis
        trade, the peaking option, the {point} exchange, the full requirements deal,
        the tolling agreement, the park and loan, the daily call, sale {n:20-98}"""),
    "hello": words("""
        {to}, {to} -, Hi {to}, Hello {to}, Good morning {to}, All, Team, Hey {to},
        {to} and {first}, Dear {to}, Guys, Good afternoon, Everyone"""),
    "bye": words("""
        Thanks, Thanks!, Thank you, Regards, Best regards, Cheers, Talk soon, Thanks
        again, Let me know, Many thanks, Sincerely, Thx, See you then, Later, Call me
        with questions"""),
}


# ---------------------------------------------------------------- kinds of mail
KINDS = {
    "meeting": lines("""
        Can we move the meeting on {topic} to {day} at {time}?
        I have booked {room} for {day}, {time}.
        {first} from {team} will join by phone.
        The agenda is {topic}, {topic} and anything {team} wants to raise.
        Please bring a copy of the {doc}.
        {boss} cannot make it, so {first} will sit in.
        Let me know whether {time} works for you.
        We should keep it to {n:20-55} minutes.
        I would like to go over {topic} before {day}.
        The call-in number is the same as last week, pass code {n:1000-9999}.
        Sorry, I have a conflict with {topic}; how about {day}?
        Minutes of the last meeting are attached.
        If {team} has no objection I will send out an invitation.
        We did not get to {topic} last time.
        {boss} wants a short list of issues from each desk by {time}.
        Lunch will be served in {room}.
        The staff meeting is cancelled this week because of {topic}.
        Could {first} check with {team} and set up a call?"""),
    "contract": lines("""
        Attached is the latest {doc} with {firm}.
        {firm} came back with comments on section {n:2-19}.
        They want to strike the language on assignment and force majeure.
        {first} in {team} is fine with the changes.
        We still need a guaranty from the parent before we can execute.
        The term is {n:2-15} years with an option to extend.
        Please have {boss} sign both originals and return one to {firm}.
        The notice address in the {doc} is out of date.
        I redlined the {doc} against the version of {month}.
        They will not accept our credit threshold of ${n:2-30} million.
        As discussed, delivery is at {point} on a firm basis.
        We can live with the penalty clause if they drop the audit right.
        {firm} hopes to close by {day}.
        Who has the executed copy of the {doc} for {deal}?
        The counterparty is {firm}, not its marketing affiliate.
        The confirmation for {deal} went out without the index price."""),
    "forecast": lines("""
        Here is the forecast for {month}.
        Load should come in {n:2-14} percent under last year.
        The {doc} has a tab for each region.
        Temperatures in {city} are expected to run {n:3-15} degrees above normal.
        {team} thinks our storage number is too low.
        I changed the growth rate in the {doc} to {n:1-6} percent.
        Hydro is down, so the gas burn picks up by {n:100-900} a day.
        We show injections of {n:30-110} for the week.
        The model overstates demand at {point}.
        {first} will update the curve on {day}.
        Please check the formula in column {n:3-26}.
        The plan assumes {n:10-90} people in {team} by {month}.
        Capital spending is ${n:3-80} million below plan for the quarter.
        I would not rely on anything past {month}.
        Actuals came in at {n:400-990} versus a forecast of {n:400-990}.
        {boss} asked for a high case and a low case."""),
    "nominations": lines("""
        Please find the nominations for {month} below.
        {pipe} will be down for maintenance on {day}.
        Volume at {point} is {n:1200-48000} per day starting on the {n:4-20}th.
        {firm} reduced its nom to {n:500-9000}.
        We are short {n:100-4000} at {point} for the gas day.
        {pipe} posted an operational flow order for the weekend.
        Please zero out {deal} and pick up the gas at {point}.
        The imbalance on {pipe} is now {n:900-30000} long.
        The meter at {point} is reading high.
        {first} will be on call this weekend for scheduling.
        Confirmed volume for {deal} is {n:1000-20000} at index plus {n:1-9} cents.
        The upstream contract number is {n:10000-99999}.
        Cuts on {pipe} came through in cycle {n:2-4}.
        {firm} says the flow never changed.
        Please path this gas from {point} to {point}.
        Deliveries to the {firm} plant were {n:200-7000} under nom.
        Intraday changes must be in by {time}."""),
    "hr": lines("""
        Open enrollment ends on {day}.
        Please complete your self evaluation in {system} by {day}.
        {first} {last} has accepted our offer and starts on the {n:4-20}th.
        Attached are resumes of {n:2-9} candidates for the analyst position.
        Please rank your people before the committee meets.
        We need a job description for the opening in {team}.
        {first} will rotate into {team} in {month}.
        Your vacation balance is {n:8-160} hours.
        {boss} approved the promotion and a salary of ${n:52-120},{n:100-999}.
        Interview schedules for {day} are attached.
        All supervisors must attend the harassment training.
        The dental plan changes on the first of {month}.
        Time sheets are due by {time}.
        Relocation will be covered up to ${n:4-25},{n:100-999}.
        I would rate {first} as strong on analysis and weak on communication.
        What is the headcount of {team} after the reorganization?"""),
    "lunch": lines("""
        Are we still on for lunch?
        How about {food} at {time}?
        I am in the mood for {food}.
        {first} and {first} are coming too.
        Meet you in the lobby at {time}.
        I can't do {day}, how does {day} sound?
        It's my turn to buy.
        {boss} never eats before {time}, so no rush.
        Let's try {food} for a change.
        I already ate, but I'll take a coffee.
        We are ordering {food} for the desk, any takers?
        Bring {first} along.
        Can't make lunch today, {topic} blew up.
        There is leftover {food} in {room}."""),
    "it": lines("""
        {system} will be unavailable on {day} from {time}.
        Please log out and save your work.
        If you cannot log in, call the help desk at extension {n:3000-9999}.
        Your mailbox has exceeded its limit of {n:40-250} megabytes.
        A virus has been reported in an attachment named {doc}.
        Do not open it; delete the message.
        Passwords expire every {n:30-90} days.
        The migration to the new server affects {team} first.
        Request number {n:10000-99999} has been approved.
        {first} needs read access to {system}.
        My screen freezes whenever I open the {doc}.
        The backup of {system} failed last night.
        Please install the update from the intranet.
        The printer in {room} is out of toner again.
        Users in {city} may see slow response.
        The outage was caused by a failed disk."""),
    "travel": lines("""
        I will be in {city} from {day} until {day}.
        Your flight leaves at {time} and arrives at {time}.
        The confirmation number of the hotel is {n:100000-999999}.
        Please book me a car in {city}.
        {first} will pick you up at the airport.
        Is it worth flying to {city} for {topic}?
        I'll stay over and meet {firm} on {day}.
        The fare is ${n:180-990}, nonrefundable.
        My cell phone should work, otherwise leave a message with {first}.
        Who is paying for the trip, us or {team}?
        I need receipts for the {city} trip to close your expense report.
        They overbooked the hotel, so we are across the street.
        The conference registration is ${n:200-1900}.
        I can be reached through {boss} while I am in {city}."""),
    "legal": lines("""
        This is privileged and confidential, please do not forward.
        Outside counsel reviewed the {doc} and has {n:2-9} comments.
        {firm} filed a motion in the {city} case.
        Please preserve all documents on {topic}.
        The commission issued its order on {topic}.
        Our position is that the tariff applies only at {point}.
        Does the {doc} fall under the confidentiality agreement with {firm}?
        I do not think we need consent for the assignment.
        Comments are due at the commission by {day}.
        {first} will draft the affidavit.
        The settlement requires a payment of ${n:2-40} million over {n:2-6} years.
        {team} should not talk to the press about {topic}.
        The indemnity survives termination for {n:1-5} years.
        Let's discuss by phone rather than by mail.
        We have {n:10-45} days to respond to the complaint.
        I have marked the {doc} for {boss}."""),
    "money": lines("""
        Please wire ${n:1-9},{n:100-999},{n:100-999} to {firm} today.
        The bank details are the same as for the last payment.
        Can you confirm that the transfer reached the account of {firm}?
        {firm} is {n:5-60} days late with its payment for {month}.
        The invoice for {deal} is off by ${n:11-99},{n:100-999}.
        {team} needs the account number and the name of the bank.
        Treasury will release the funds after {boss} signs.
        We owe {firm} a refund of {n:20-900} thousand dollars for {month}.
        I have not seen the money for {deal} yet.
        Please treat the amount as confidential until the {month} close.
        The letter of credit from {firm} expires on the {n:4-20}th.
        The bank wants a copy of the {doc} before it opens the account.
        The investment committee looks at the {city} project on {day}.
        Our exposure to {firm} is ${n:3-90} million.
        The margin call was ${n:2-30} million this morning.
        Please urgently send me the beneficiary bank's address in {city}.
        {first} will book the proceeds of the sale in {month}.
        I transferred the balance to the joint account."""),
    "newsletter": lines("""
        Welcome to the {month} issue of the desk letter.
        {firm} announced a {n:200-900} megawatt plant near {city}.
        Prices at {point} rose {n:3-60} cents on cold weather in {city}.
        The agency reported a build of {n:20-110} for the week.
        {firm} named a new chief financial officer.
        Shares of {firm} closed at {n:11-88}, up {n:1-6} percent.
        To unsubscribe, reply with the word remove.
        Volunteers are needed for the food drive on {day}.
        Congratulations to {first} {last} on {n:5-25} years of service.
        Analysts at {firm} expect lower margins through {month}.
        Register before the {n:4-20}th and save ${n:50-400}.
        The seminar in {city} covers options, weather and credit.
        Natural gas futures settled {n:2-30} cents lower.
        Parking in the garage will be limited on {day}.
        The blood drive takes place in {room}.
        Coming up next month: {topic}.
        Regulators in {city} are looking at {topic}."""),
    "personal": lines("""
        How was {hobby}?
        The kids loved {hobby}, thank you so much.
        Mom's surgery went well and she is home.
        Are you going to {hobby} on {day}?
        I have two extra tickets, do you want them?
        Don't tell {first}, it is a surprise.
        We closed on the house in {city}!
        {first} and I are trying to find a sitter for {day}.
        My back is killing me after {hobby}.
        I lost ${n:5-80} on {hobby}, never again.
        Give my love to {first} and the girls.
        The dog ate half of the {food} before anyone noticed.
        Did you hear that {first} is getting married?
        Let's get together when you are in {city}.
        I still owe you {n:20-80} bucks for {hobby}.
        Happy birthday, old man.
        Thinking of buying a truck, what did you pay for yours?"""),
    "trading": lines("""
        Can you book {deal} at {n:2-9}.{n:10-98}?
        {firm} is a buyer at {point} for {month}.
        I sold {n:5-60} lots this morning.
        Our position in {month} is {n:10-400} contracts short.
        {first} has the wrong curve in the {doc}.
        The spread between {point} and {point} blew out to {n:8-95} cents.
        P&L was up {n:100-980} thousand on the move in basis.
        {team} marked the book before the curves were posted.
        Please change the counterparty on {deal} to {firm}.
        Value at risk is over the limit by {n:1-9} percent.
        The broker says we did {n:3-30} a day, I show half of that.
        What is your view on {month}?
        The options expire on {day}.
        We are flat now and will stay that way through {topic}.
        {firm} never confirmed {deal}."""),
    "project": lines("""
        The turbine for the {city} site ships on {day}.
        The permit hearing was moved to {month}.
        {firm} wants {n:20-49} percent of the project.
        Attached is a {doc} of open items.
        Construction at {point} is {n:2-9} weeks behind.
        {first} ran the economics at ${n:300-800} a kilowatt.
        We need a decision from {boss} on {topic}.
        The land owner near {city} has not signed the easement.
        The engineer's report on {point} is due by {day}.
        Interconnection costs doubled after the study.
        Let's schedule a site visit in {month}.
        {firm} offered to operate the plant for a fixed fee.
        The financing closes if the {doc} is signed by {day}.
        {team} has questions about the water supply.
        I put {n:3-9} scenarios in the {doc}."""),
}

# What any office mail may say besides.
SMALL_TALK = lines("""
    I hope you had a good weekend.
    It has been a zoo here since {boss} left for {city}.
    Sorry for the delay, I was in {city} for {topic}.
    {first} asked me to pass this on.
    I may be wrong, but I think {team} has the latest numbers.
    Let me know if you want to be taken off this list.
    My assistant {first} keeps the calendar.
    Please keep {team} in the loop.
    We can talk about it over {food}.
    I tried to call you but got your voice mail.
    {boss} is not going to like it.
    That is all I know at this point.
    I would rather not put more in writing.
    If that does not work, try {first}.
    Nothing new on {topic} yet.
    I will be at my desk until {time}.
    This came up in the {team} meeting.
    Can you believe it is {month} already?
    Give me a heads up before you talk to {firm}.
    I copied {first} {last} because of {topic}.
    Somebody in {team} must have dropped the ball.
    The traffic from the airport was awful.
    We looked at the same thing for {firm} last year.
    I left a copy in {room}.
    My guess is that {boss} signs off by {time}.
    It is hard to tell from the {doc} what they want.
    {first} has done a nice job on this.
    You may recall that {firm} asked for it in {month}.
    Everyone is tired after {topic}.
    Feel free to forward this to {first}.
    There is a typo on page {n:2-30} of the {doc}.
    I am copying {boss} so that {team} hears about it.
    We are two people short this week.
    Thanks to {first} for catching the mistake.
""")

# Mail of one or two lines, as most answers are.
ONE_LINERS = lines("""
    {day} at {time} is fine with {team}.
    See my note to {first} about {topic}, and call me.
    Done, and copied to {first} in {team}.
    Yes, {first} has the {doc}.
    No problem, I will take {topic} up with {boss}.
    What is the status of {topic}?
    Please print the {doc} for {boss}.
    FYI, {firm} called about {deal}.
    Can you call {first} at extension {n:3000-9999}?
    I left the {doc} on your chair, {topic} is on page {n:2-30}.
    Looks good, send the {doc} to {firm}.
    I think {first} already sent it to {team}.
    Who covers {topic} while {first} is in {city}?
    Not me, ask {first} or {boss}.
    Forward this to {team} if they need it for {topic}.
    Let's talk about {topic} on {day}.
    Great job on {topic}, {boss} noticed.
    Where do we stand with {firm} on {deal}?
    I am out until {day}, {first} is covering {topic}.
    Please add {first} {last} to the list for {topic}.
    You were right about {topic}, lunch is on me.
    Did {first} get the {doc} from {firm}?
    Running late, start {topic} without me.
    Can we do {time} on {day} instead?
    Thanks for {hobby}, the kids talked about it all week.
    {first} resigned, more at {time} in {room}.
    I agree with {first}, {firm} should pay.
    Any news from {city} on {topic}?
    Use {n:2-9}.{n:10-98} for {deal}.
    {point} is back in service as of {time}.
""")

SUBJECTS = lines("""
    {topic}
    Re: {topic}
    RE: {topic}
    FW: {topic}
    {doc}
    Re: {deal}
    {deal}
    {firm}
    Re: {firm} {doc}
    {city} trip
    Meeting {day}
    lunch
    Re: lunch
    {month} numbers
    Fwd: {doc}
    {pipe} update
    Question
    Re:
    {system}
    Re: {hobby}
""")

LEGAL_FOOTER = lines("""
    This e-mail may contain confidential material for the sole use of the intended \
recipient. If you are not that person, please contact the sender and delete all copies.
    The information in this message is the property of Calder Ridge and is not an \
        offer \
or acceptance of any contract.
    Calder Ridge accepts no liability for errors in transmission. Prices are indicative.
""")

FOLDERS = words("""
        sent, inbox, all_documents, _sent_mail, deleted_items, sent_items,
        discussion_threads, notes_inbox, contracts, personal""")


# ---------------------------------------------------------------- common ground
# Businesslike mail about money that either kind of sender could have written.
SHARED = lines("""
    Please confirm receipt of the documents sent to you on {day}.
    Kindly send me your direct telephone and fax numbers.
    We have completed the review of your file and are ready to proceed.
    The transfer will be made to the account you named.
    I am waiting for your response on the agreement.
    Please let me know the bank's address and the name of the account officer.
    The funds will be released as soon as the papers are signed.
    Our attorney will contact you with the next steps.
    This matter is confidential until both parties have signed.
    The total amount is {n:2-38} million dollars, payable in two parts.
    I tried to reach you by phone on {day} without success.
    Please treat this as urgent.
    Find attached the payment approval and the deposit certificate.
    We look forward to a lasting business relationship with your company.
    Your interest in the investment was passed on to me by my partner.
    The fee for the transfer has to be paid before {day}.
    I will be travelling to {city} and can meet you there on {day}.
    Let me know if you are still interested in the transaction.
    My colleague at the bank will call you about the account.
    The contract was approved and the payment is on the way.
    Please sign the form and return it by fax.
    I have your last message and thank you for your trust.
    The security company asks for a copy of your passport.
    The beneficiary has to open an account with the bank in {city}.
    We need your full name and company address for the agreement.
    Should you have questions, reply to this address.
    As agreed, your share is {n:10-40} percent after expenses.
    The director of the bank signed the release this morning.
""")
