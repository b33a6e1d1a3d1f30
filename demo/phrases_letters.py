"""The phrases of the synthetic advance-fee letters; every person and bank is made up.

A letter is written from one of the `STORIES`, a table of what is said in which order;
the steps that all stories share stand in `STEPS`. Same conventions as `phrases_mail`.
"""

from phrases_reviews import lines, words


# ---------------------------------------------------------------- people and things
WORDS = {
    "man": words("""
        Emmanuel, Ibrahim, Kofi, Ahmed, Daniel, Samson, Usman, Victor, Fredrick, Bello,
        Philip, Anthony, Musa, Collins, Desmond, Raymond, Henry, Koffi, Clement, Paul,
        James, Sunday, Lamine, Jerry, Abdul, Charles, Martins, Joseph, Idris"""),
    "woman": words("""
        Grace, Josephine, Blessing, Felicia, Mariam, Patience, Comfort, Aminata, Susan,
        Rosemary, Charity, Halima, Esther, Juliet, Fatou, Vivian, Gloria, Sandra, Lucy,
        Monica, Princess, Hajia, Benedicta, Angela, Khadija, Theresa, Edith"""),
    "first": words("{man}, {woman}"),
    "mr": words("Mr., Barrister, Dr., Engr., Prince, Chief, Rev., Hon., Mr., Sir"),
    "mrs": words("Mrs., Miss, Madam, Mrs., Dr., Lady"),
    "last": words("""
        Okorigwe, Danjumari, Mensahbo, Tshimbala, Adewolu, Kabongwe, Sankarou,
        Ouedrani, Balogide, Nwachuku-Peel, Zumbani, Diarasso, Eguavon, Fofanah-Cole,
        Garubani, Idowumi, Kamaraba, Lawalson, Mbekiru, Ndiayeko, Obasike,
        Quarteyson, Sesayo, Traorela, Umoreni, Wadembe, Yakubari, Achebola, Bongiwe,
        Chukwudara, Hartwell-Obi, Vandersluis, Lin Wahtong, Petrosyan-Gale"""),
    "bank": words("""
        Continental Trust Bank, Unity Savings Bank, the Apex Bank, Zenwell Bank,
        First Harbour Bank, Royal Guardian Bank, the Bank of the Delta, Eurocrest
        Finance House, Premier Merchant Bank, Atlantic Union Bank, Diamond Gate Bank,
        the Eco Development Bank, Meridian Equity Bank"""),
    "land": words("""
        Nigeria, Ghana, South Africa, Ivory Coast, Togo, Benin Republic, Senegal,
        Sierra Leone, Liberia, Congo, Zimbabwe, Burkina Faso, Kenya, Angola, Hong
        Kong, Spain, the Netherlands, the United Kingdom, Iraq, Malaysia"""),
    "town": words("""
        Lagos, Accra, Johannesburg, Abidjan, Lome, Cotonou, Dakar, Freetown, Abuja,
        Kinshasa, Harare, Ouagadougou, Nairobi, Amsterdam, Madrid, London, Dubai"""),
    "sum": lines("""
        US${n:5-58},{n:100-980},000.00
        ${n:6-45} Million
        {n:8-49} million US dollars
        US${n:10-60}M
        {n:7-39}.5 million United States Dollars
        USD {n:4-28},{n:100-900},000
        {n:9-31} million dollars
        ${n:3-48}.{n:2-8}m
    """),
    "percent": words("{n:10-45}%, {n:10-40} percent, {n:2-4}0% of the total sum"),
    "lawful": words("""
        risk free, legal, legitimate, genuine, safe, real, transparent, lawful, hitch
        free, above board, properly documented"""),
    "trusty": words("""
        trustworthy, reliable, honest, God fearing, sincere, capable, responsible,
        understanding, discreet, kind hearted, experienced, foreign"""),
    "death": words("""
        a ghastly motor accident, a plane crash, a brief illness, cancer, heart
        failure, the civil war, poisoning by jealous business associates, a bomb
        blast, a cardiac arrest, an armed robbery, a train disaster, the rebel attack
        on our town, a fire in the hotel, a boat mishap"""),
    "trade": words("""
        cocoa, gold, diamond, crude oil, timber, construction, cotton, shipping,
        rubber, real estate, cashew, farming equipment"""),
    "kinfolk": words("""
        wife and only daughter, late father, late husband, family, two children,
        entire household, next of kin, uncle, younger brother, mother"""),
    "office": words("""
        Foreign Remittance, Audit and Accounts, Contract Award, Bills and Exchange,
        International Operations, Credit Control, Project Implementation, Auditing,
        Corporate Affairs, Payment Verification"""),
    "ministry": words("""
        Ministry of Works, Petroleum Corporation, Ministry of Mines, Railway Board,
        Ministry of Energy, Power Authority, Ministry of Farming, Port Authority"""),
    "hello": words("""
        Dear Friend, Dear Sir/Madam, Dear Sir, Attention: The President/CEO, Dearest
        One, Good day, Compliments of the season, Dear Beloved, Hello, Dear Partner,
        Greetings, My Dear, Attn: Managing Director, Dear Beneficiary, Calvary
        greetings, Sir, Dear Brother, My good friend"""),
    "bye": words("""
        Yours faithfully, Best regards, Yours sincerely, God bless you, Regards,
        Remain blessed, Thanks and God bless, Yours in service, Sincerely yours,
        Awaiting your urgent response, Thank you, Warm regards, Yours truly, Thanks
        for your cooperation"""),
    "years": words("""
        {n:2-9} years, more than {n:3-7} years, {n:14-60} months, a long time, over
        {n:2-6} years now"""),
    "day": words("""
        Monday, Tuesday, Wednesday, Thursday, Friday, next week, the weekend"""),
    "city": words("""
        Amsterdam, Madrid, London, Accra, Geneva, Johannesburg, Dubai, Lome"""),
}


# ---------------------------------------------------------------- shared steps
STEPS = {
    "sorry": lines("""
        This letter may come to you as a surprise, since we have never met.
        I know that my mail will surprise you, but please read it with an open mind.
        Permit me to introduce myself and to inform you of my desire to do business.
        I got your contact from the chamber of commerce in {town} while searching for \
            help.
        Forgive my manner of reaching you; it was the only means left to me.
        I found your address on the internet and prayed over it before I wrote.
        It is with trust and hope that I write to a stranger in another country.
        Please do not be offended by the unexpected nature of this proposal.
        After going through your profile I decided to contact you in confidence.
        A friend of mine in the trade mission gave me your name as a {trusty} person.
        I have to say that I have no intention of causing you any pain.
        Your particulars came up during my private research for a {trusty} partner.
        You may wonder why I chose you among so many people in the world."""),
    "share": lines("""
        You will take {percent} for your assistance, and the rest is for me.
        I am ready to give you {percent}, while five percent is set aside for expenses.
        For your effort we have agreed to offer you {percent} of the money.
        {percent} will be yours, and we shall invest the balance in your country.
        We shall share in the ratio that we both agree on, at least {percent} for you.
        Your reward is {percent}, free of tax and of any trouble.
        On arrival of the fund in your account you keep {percent} at once."""),
    "assure": lines("""
        This transaction is {lawful} and {lawful}.
        I assure you that this is one hundred percent {lawful}.
        There is no danger at all, as all the paper work has been perfected.
        Everything will be done under a {lawful} arrangement that protects you from \
            the law.
        Be assured that my position in the bank makes this {lawful}.
        Please have no fear, the attorney will make it {lawful}.
        Nobody will ever know about this apart from you and me.
        I would not put your name or mine at risk, this is {lawful}."""),
    "secret": lines("""
        Please keep this matter strictly confidential.
        I plead with you to tell nobody about this until the money gets to you.
        Because of my position, utmost secrecy is required.
        If you are not interested, delete this mail and forget I ever wrote.
        Treat this with the secrecy that it deserves.
        Do not discuss it even with your banker.
        For security reasons use only my private email and telephone.
        My life is in danger if this letter falls into wrong hands."""),
    "ask": lines("""
        Send me your full name, telephone and fax numbers, age and occupation.
        All I need is your bank name, account number and private phone number.
        Kindly furnish me with your contact address and a copy of your passport.
        Please indicate your willingness by return mail, with your direct phone number.
        Let me have your banking particulars, so that the application can be filed.
        You should contact my lawyer with your name, your country and your account \
            details.
        I need an empty account into which the fund can be remitted.
        Get back to me with your data so that I can tell you the full story."""),
    "hurry": lines("""
        Time is not on our side, so reply urgently.
        The bank has given me {n:7-21} official days, after which the fund is \
            confiscated.
        I expect your immediate response.
        Your early reply will be appreciated.
        Contact me at once, as delay is dangerous.
        Once I hear from you, the transfer takes {n:5-14} working days.
        We must conclude before the end of this quarter.
        I am waiting anxiously for good news from you."""),
    "about": lines("""
        I am a family man with {n:2-6} children and a good name to lose.
        My colleagues regard me as an honest man.
        I studied in {town} and have travelled in Europe.
        You must have read in the newspapers about the situation in {land}.
        The economy of {land} has been bad ever since the new government came in.
        My doctor has advised me to rest, but there is no rest for me.
        I am a Christian, and I fear God.
        As you know, things in my country are not what they used to be.
        I have worked hard for {years} and own nothing.
        Perhaps you know {town} from a business trip.
        Do not mind my English, it is not my first language.
        I have a cousin who lives in your country, but I do not trust him.
        I am not getting any younger, and nobody looks after me.
        Every day there are gun shots near our house in {town}.
        I am writing from an office that is not my own.
        My pastor in {town} advised me to look for help abroad."""),
    "wish": lines("""
        I look forward to a long and fruitful relationship with you.
        We shall celebrate the success of this business together in {town}.
        Extend my greetings to your family.
        Have a nice day, and reply to my private box only.
        It is my hope that you will understand my position.
        Thank you for taking the time to read this letter.
        I stop here until I hear from you.
        You will never regret this.
        My telephone is open to you, call +{n:20-99} {n:100-999} {n:1000-9999}.
        More details will follow as soon as you show interest.
        Let honesty be our watch word."""),
    "pray": lines("""
        May the Almighty bless you and your family.
        I pray that God touches your heart to help me.
        As I write these lines my tears are falling on the paper.
        I have been praying for a {trusty} person like you.
        The Lord will reward you abundantly for this.
        Remember me always in your prayers.
        Please do not let me down in the name of God.
        I know that you will not betray the trust of an orphan."""),
}


# ---------------------------------------------------------------- the stories
TALES = {
    "banker": lines("""
        I am {me}, the manager of {office} at {bank}, {town}.
        I work in the department of {office} of {bank} here in {land}.
        During our last audit I discovered an account that nobody has touched for \
            {years}.
        The account holds {sum} and belongs to a foreign customer, {dead}.
        He died with his {kinfolk} in {death} and left no will.
        Since then no relation has come forward to claim the money.
        The rules of {bank} say that after {years} the fund goes to the treasury.
        I want to present you as the next of kin to {dead}.
        The deposit was made on a fixed term and has matured with interest.
        Only I and one colleague in {office} know about this dormant account.
        I shall supply every document that proves you are the beneficiary.
        As an officer of the bank I cannot hold a foreign account myself.
        We shall use the name of a {trusty} foreigner to move {sum} out."""),
    "lawyer": lines("""
        I am {me}, a solicitor and personal attorney to {dead}.
        My client was a {trade} merchant who lived in {land} for {years}.
        On the way to {town} my client and his {kinfolk} lost their lives in {death}.
        I have written to the embassy many times to locate any of his relatives.
        All efforts to trace his people have proved abortive.
        He left behind {sum} in {bank}.
        The bank has asked me to present the heir or have the account closed.
        You share the same last name with the deceased, which makes it easy.
        I seek your consent to present you as the next of kin of {dead}.
        The probate registry in {town} will issue the letters in your favour.
        I have every legal paper that can back up the claim.
        The estate includes landed property, but our interest is in the {sum}."""),
    "widow": lines("""
        I am {me}, a widow to {dead} of {land}.
        My husband worked with the {ministry} for {n:9-30} years before he died of \
            {death}.
        We were married for {n:9-30} years without a child.
        Recently the doctor told me that I have only {n:2-9} months to live, due to \
            cancer.
        When he was alive he deposited {sum} in {bank}.
        I decided to donate this fund to a church or a {trusty} individual.
        It should be used for orphans, widows and the poor, as I shall instruct.
        I do not want his relatives to spend the money in an ungodly way.
        I am not afraid of death, for I know where I am going.
        With God all things are possible.
        I am writing from my sick bed in a hospital in {town}.
        As soon as I have your reply I shall give you the contact of {bank}.
        The doctors do not allow telephone calls in my room."""),
    "refugee": lines("""
        I am {me}, {n:17-26} years of age, from {land}.
        My father, {dead}, was a well known {trade} dealer before the crisis.
        The rebels killed my {kinfolk} in cold blood.
        I escaped to {town}, where I now live in a refugee camp.
        Before he died my father told me about {sum} that he deposited in {bank}.
        He used my name as the only child and next of kin.
        I have the deposit certificate and the death certificate with me.
        Life in this camp is like a prison, and I want to continue my studies.
        The reverend in charge of the camp lets me use his office computer.
        I need a {trusty} guardian who can receive the money and send me a ticket.
        I would like to know you better, my hobbies are reading and music.
        My wicked uncle has sold our house and wants the documents too.
        My late father hid {sum} in a trunk box with a security company in {town}."""),
    "lottery": lines("""
        We are pleased to inform you of the result of our international promotion \
            program.
        Your email address was attached to ticket number {n:100-999}-{n:1000-9999}.
        It drew the lucky numbers {n:2-9}-{n:10-19}-{n:20-29}-{n:30-45} in category \
            {n:2-5}.
        You have therefore been approved for a lump sum of {sum}.
        All participants were selected through a computer ballot of {n:20-90},000 names.
        No tickets were sold, as the draw is sponsored by firms that love the internet.
        Congratulations once more from all members of our staff.
        Your fund is now deposited with {bank} in {town} and insured in your name.
        To file for your claim, contact our fiduciary agent {me}.
        Keep your winning information confidential to avoid double claims.
        Quote your reference number GLX/{n:100-999}/{n:10-99} in all correspondence.
        Winners must pay the handling charge before the prize can be remitted.
        Any prize not claimed within {n:14-30} days is returned to the treasury."""),
    "contract": lines("""
        I am {me}, the director of {office} in the {ministry} of {land}.
        I am a member of the tender board of the {ministry}.
        The sum of {sum} arose from an over invoiced contract for {trade}.
        The contract was executed and the contractor has been paid in full.
        What is left is {sum}, floating in a suspense account of {bank}.
        As civil servants we are forbidden to operate foreign accounts.
        My colleagues have mandated me to look for a {trusty} foreign partner.
        Your company will stand as the subcontractor to the {ministry}.
        We need your letter head, invoice and company stamp.
        The new government has ordered that foreign contractors be paid this quarter.
        Approval has been obtained from the {ministry} and the apex bank.
        Two of us will fly to your country for the sharing of the money.
        A down payment for the pipeline project was inflated on purpose."""),
    "investor": lines("""
        I am {me}, a businessman dealing in {trade} in {land}.
        I represent a family that wishes to place {sum} in your country.
        We are looking for a {trusty} partner who can manage an investment.
        My principal, {dead}, fell out with the government of {land}.
        The money was moved to a security vault in {town} by diplomatic means.
        Areas of interest are real estate, hotels and {trade}.
        You would act as the front and receive a yearly fee besides.
        The consignment was declared as family treasure and nobody knows the content.
        My father was the chairman of a {trade} company before his farm was seized.
        I want you to advise me on a profitable business in your area.
        The funds can be released to you as our agent in {town}.
        I will come over with my {kinfolk} after the transfer of {sum}.
        We offer loans too, at {n:2-5} percent a year and without collateral."""),
    "soldier": lines("""
        I am {me}, serving with a peace keeping unit in {land}.
        My unit found {sum} in a hidden bunker near the front.
        The money was packed in two metal boxes and moved out with a courier.
        I cannot keep such an amount while I am on active duty.
        I am looking for a {trusty} person to receive the boxes in {town}.
        The courier believes that the boxes contain medical equipment.
        I have {n:3-9} months left before my discharge.
        Should anything happen to me, the money is yours.
        There is no post office in the camp, so email is all I have.
        My commander {dead} died in {death}, and I alone know the code.
        The diplomat who carries the boxes has immunity."""),
}

# The order of a letter: names in STEPS, or "tale" for sentences of its own story.
STORIES = {
    "banker": "sorry about tale tale tale tale tale share assure secret ask hurry wish",
    "lawyer": "sorry tale tale tale about tale tale assure share ask hurry wish",
    "widow": "pray tale tale tale tale about tale tale pray secret ask hurry",
    "refugee": "sorry tale tale tale tale tale tale pray about share ask hurry",
    "lottery": "tale tale tale tale tale tale tale ask hurry wish",
    "contract": "sorry tale tale tale tale about share assure ask secret hurry wish",
    "investor": "sorry tale tale tale tale tale about share assure ask hurry wish",
    "soldier": "about tale tale tale tale tale pray secret share ask wish",
}
BY_WOMEN = ("widow", "refugee")

FOLLOW_UPS = lines("""
    I have not heard from you since my last mail.
    Did you receive the letter about the {sum}?
    Please call me as soon as you read this message.
    The attorney in {town} is waiting for your details.
    My colleagues in {office} think that you have lost interest.
    Send the fee of ${n:400-4900} through money transfer, so that the file can move.
    The director of {bank} is asking why you are silent.
    Everything is ready, only your signature is missing.
    I am still in {town} because of you.
    Do not listen to anybody who tells you that this is not {lawful}.
    I had to borrow from my {kinfolk} to pay the notary.
    Your payment file of {sum} is on my desk.
    Kindly reconfirm your account number and your phone.
    The diplomat arrives at your airport on {day} with the box.
    Are you still willing to act as my {trusty} partner?
    Contact {bank} today and quote the code {n:1000-9999}.
    I believe that God sent you to me.
    The demurrage is now ${n:80-900} per day.
    Compensation of {sum} has been set aside for you, contact my secretary in {town}.
    Explain to me why you refused to write.
""")

SUBJECTS = lines("""
    URGENT BUSINESS PROPOSAL
    Assistance needed
    From {me}
    Re: your fund
    Attention please
    CONFIDENTIAL
    Dear friend
    Mutual business relationship
    NEXT OF KIN
    Greetings from {town}
    Award notification
    Please reply
    Investment partnership
    Trust
    MY LAST WISH
    Request for cooperation
    {sum}
    Hello
    From refugee camp in {town}
    Transaction
""")

FRENCH = lines("""
    Cher ami, je me permets de vous écrire pour solliciter votre aide.
    Je suis la fille unique d'un négociant de cacao décédé à {town}.
    Mon père a déposé une somme importante à la banque avant sa mort.
    Je cherche une personne honnête qui puisse m'aider à transférer cet argent.
    Une part de {n:10-30} pour cent vous sera réservée dès l'arrivée des fonds.
    Je vous prie de garder le secret et de me répondre très rapidement.
    Que Dieu vous bénisse, vous et votre famille.
    Veuillez m'envoyer votre numéro de téléphone et votre adresse complète.
""")

# Inside a body these look like a separator to a careless reader.
FROM_R = lines("""
    From reading the file I know that the claim is {lawful}.
    From reliable sources in {town} I learnt that you are {trusty}.
    She wrote to me From refugee camp number {n:2-9} near {town}.
    From records kept in {bank} the money was never claimed.
    The wire From royal accounts in {town} was stopped on {day}.
""")

ADVERTS = lines("""
    Get your free mailbox today.
    Check your mail anywhere, any time.
    Do you have a web address yet? Sign up now.
    Send instant messages to your online friends.
    Find great deals on phones and cameras.
""")
