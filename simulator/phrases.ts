/**
 * What is said in simulated calls; one alternative of a list is spoken. Placeholders: `{name}`, `{company}`,
 * `{offer}`, `{meeting}`, `{callback}`.
 */
export const OPENINGS = [
  'Hi {name}, this is Robin, an automated assistant calling for {company}. Is now a bad time?',
  'Hello, am I speaking with {name}? I am a virtual assistant from {company}, and I will be brief.',
  'Good day {name}, I am the AI assistant at {company}. Do you have one minute?',
] as const;

export const GREETINGS = [
  'Hello?',
  'Yes, speaking.',
  'Hi, who is this?',
  'Yes, go ahead.',
  'This is {name}.',
] as const;

export const PITCHES = [
  'Thanks. I would like to show you {offer}. It takes twenty minutes and costs nothing.',
  'I am calling to offer you a look at {offer}. May I ask how you handle this today?',
  'We would like to show you {offer}. Would that be worth twenty minutes of your week?',
] as const;

export const HABITS = [
  'We do most of it by hand, to be honest. It takes a day every week.',
  'There is a spreadsheet that everybody edits. You can imagine.',
  'We bought a tool last year, but hardly anyone opens it.',
  'Right now nobody really owns it.',
] as const;

export const QUESTIONS = [
  'How much would it cost us afterwards?',
  'Does it work with the systems we have already?',
  'How long does it take to set up?',
  'Who would be on that call?',
] as const;

export const ANSWERS = [
  'That depends on your size; the person who shows it to you can give exact figures.',
  'In most cases yes, and the session is a good place to check yours.',
  'Usually within a week, and we do most of the work with you.',
  'One of our specialists, and whoever you would like to bring.',
] as const;

export const PROPOSALS = [
  'Shall I put you down for {meeting}?',
  'I have a place open on {meeting}. Would that suit you?',
  'Could you do {meeting}?',
] as const;

export const ACCEPTANCES = [
  'Yes, that works. Book it.',
  'That is fine, please send me the invitation.',
  'Perfect, let us do that.',
] as const;

export const BOOKED = [
  'Done: {meeting}. You will get a confirmation shortly. Thank you, {name}, and goodbye.',
  'Great, you are booked for {meeting}. Have a good day.',
] as const;

export const HESITATIONS = [
  'It does sound useful, but I have to talk to my colleagues first. Can you mail me something?',
  'I am interested, only not this month. Send me the details, please.',
  'Maybe. Let me look at your site before I promise anything.',
] as const;

export const WILL_SEND = [
  'Gladly, I will have the details sent to you. Thank you for your time.',
  'Of course. We will send it today. Goodbye, {name}.',
] as const;

export const CALLBACK_REQUESTS = [
  'I am about to walk into a meeting. Could you try me again at {callback}?',
  'I am driving. Call me back at {callback}, would you?',
  'Bad moment. {callback} would be better.',
] as const;

export const CALLBACK_PROMISES = [
  'Of course, we will call you at {callback}.',
  'Noted: {callback}. Talk to you then.',
] as const;

export const REFUSALS = [
  'Thanks, but we are not looking for anything like that.',
  'No, not interested. We have just signed with somebody else.',
  'We do not need this. Have a nice day.',
] as const;

export const GOODBYES = [
  'Understood. Thank you for your time, goodbye.',
  'That is fine, {name}. Have a good day.',
] as const;

export const OPT_OUTS = [
  'Please take me off your list.',
  'Stop calling this number.',
  "Don't call me again, please. Remove me from your list.",
] as const;

export const OPT_OUT_CONFIRMATIONS = [
  'I am sorry for the disturbance. You will not be called again.',
  'Done, your number is off our list. Goodbye.',
] as const;

export const WRONG_PERSONS = [
  'There is nobody by that name here.',
  'You have the wrong number, I am afraid.',
  'They left the company a while ago.',
] as const;

export const HANG_UPS = ['Not now.', 'What? No.', 'Hello? Hello?'] as const;

export const SMALL_TALK = [
  ['Before that, let me tell you how we got here.', 'Please do.'],
  ['We tried three suppliers, and each one promised the same thing.', 'What was missing in the end?'],
  ['And then there was the move to the new office.', 'That sounds like a busy time.'],
  ['My predecessor had a completely different view on this.', 'How do you see it yourself?'],
  ['It all depends on next year, and nobody knows what that brings.', 'When will you know more?'],
] as const;

export const VOICEMAIL_GREETINGS = [
  'You have reached the mailbox of {name}. Please leave a message after the tone.',
  'The person you are trying to reach is not available. Record your message after the beep.',
  'Hi, I cannot come to the phone right now. Leave your name and number and I will get back to you.',
] as const;

export const SCREENERS = [
  'Hi. The person you are calling uses a screening service. Say your name and why you are calling.',
  'Before I try to connect you, may I ask who is calling and what it is about?',
] as const;

export const SCREENER_REJECTIONS = [
  'Thank you. They are not available. I will pass your message on.',
  'They cannot take the call. Goodbye.',
] as const;
