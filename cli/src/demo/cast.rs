//! The demonstration's people and places: real provinces, cities and districts; invented people.
//!
//! Document numbers are valid ones of GB 11643-1999. Nobody's real number is meant; sequence numbers are drawn at random.

use std::collections::HashSet;

use rand::Rng;
use rand::seq::SliceRandom;
use tacit_credential::date::Date;
use tacit_credential::document::{RawDocument, RawExtra};
use tacit_credential::number::{DocumentNumber, Sex};
use tacit_credential::region::RegionCode;

use super::DemoError;

/// A municipal bureau and the districts that its people's document numbers name (GB/T 2260).
pub(crate) struct Bureau {
    /// Short name.
    pub(crate) id: &'static str,
    /// Full name.
    pub(crate) name: &'static str,
    /// Province.
    pub(crate) province: &'static str,
    /// Whose document numbers it enrols: the codes of the city.
    pub(crate) jurisdiction: &'static str,
    /// Region codes of its districts.
    pub(crate) districts: &'static [u32],
}

/// The issuers.
pub(crate) const BUREAUS: [Bureau; 5] = [
    Bureau {
        id: "guangzhou-psb",
        name: "Guangzhou Public Security Bureau",
        province: "Guangdong",
        jurisdiction: "440100-440199",
        districts: &[440_103, 440_104, 440_105, 440_106, 440_111, 440_112],
    },
    Bureau {
        id: "shenzhen-psb",
        name: "Shenzhen Public Security Bureau",
        province: "Guangdong",
        jurisdiction: "440300-440399",
        districts: &[440_303, 440_304, 440_305, 440_306, 440_307, 440_308],
    },
    Bureau {
        id: "changsha-psb",
        name: "Changsha Public Security Bureau",
        province: "Hunan",
        jurisdiction: "430100-430199",
        districts: &[430_102, 430_103, 430_104, 430_105, 430_111, 430_112],
    },
    Bureau {
        id: "chengdu-psb",
        name: "Chengdu Public Security Bureau",
        province: "Sichuan",
        jurisdiction: "510100-510199",
        districts: &[510_104, 510_105, 510_106, 510_107, 510_108],
    },
    Bureau {
        id: "hangzhou-psb",
        name: "Hangzhou Public Security Bureau",
        province: "Zhejiang",
        jurisdiction: "330100-330199",
        districts: &[330_102, 330_105, 330_106, 330_108, 330_109],
    },
];

const SURNAMES: &[&str] = &[
    "王", "李", "张", "刘", "陈", "杨", "黄", "赵", "吴", "周", "徐", "孙", "马", "朱", "胡", "郭", "何",
    "林", "高", "罗", "郑", "梁", "谢", "宋", "唐", "许", "邓", "韩", "冯", "曹", "彭", "曾", "肖", "田",
    "董", "潘", "袁", "蔡", "蒋", "余", "欧阳", "司徒",
];
const GIVEN: &[&str] = &[
    "伟", "芳", "娜", "敏", "静", "丽", "强", "磊", "军", "洋", "勇", "艳", "杰", "娟", "涛", "明", "超",
    "秀英", "霞", "平", "刚", "桂英", "建国", "建华", "志强", "晓明", "晓红", "文静", "子涵", "浩然", "欣怡",
    "宇轩", "梓萱", "俊杰", "雨桐", "思远", "佳琪", "博文", "雅琴", "国栋", "海燕", "春梅", "永康", "嘉豪",
    "诗雅", "一诺", "若曦", "晨曦",
];

/// One of the people the scenes are about.
pub(crate) struct Role {
    /// Short name for directories.
    pub(crate) key: &'static str,
    /// As the scenes call them.
    pub(crate) name: &'static str,
    /// As their document does.
    pub(crate) document_name: &'static str,
    /// Which bureau, by position.
    pub(crate) bureau: usize,
    sex: Sex,
    /// Age in years on the day of the demonstration.
    pub(crate) age: i32,
    /// Whether the document has expired by then.
    pub(crate) expired: bool,
    /// Whether no listed bureau has enrolled them.
    pub(crate) outsider: bool,
}

/// The people the scenes are about.
pub(crate) const ROLES: [Role; 9] = [
    role("lin-xiaoyu", "Lin Xiaoyu", "林晓雨", 0, Sex::Female, 27),
    role("tan-wei", "Tan Wei", "谭伟", 2, Sex::Male, 41),
    role("chen-hao", "Chen Hao", "陈浩", 1, Sex::Male, 16),
    role("wang-fang", "Wang Fang", "王芳", 3, Sex::Female, 34),
    role("liu-yang", "Liu Yang", "刘洋", 0, Sex::Male, 30),
    role("zhou-min", "Zhou Min", "周敏", 2, Sex::Female, 52),
    Role { expired: true, ..role("zhao-guohua", "Zhao Guohua", "赵国华", 1, Sex::Male, 68) },
    role("sun-li", "Sun Li", "孙莉", 0, Sex::Female, 15),
    Role { outsider: true, ..role("gao-feng", "Gao Feng", "高峰", 0, Sex::Male, 38) },
];

const fn role(
    key: &'static str,
    name: &'static str,
    document_name: &'static str,
    bureau: usize,
    sex: Sex,
    age: i32,
) -> Role {
    Role { key, name, document_name, bureau, sex, age, expired: false, outsider: false }
}

/// Makes documents with valid numbers, no number twice.
pub(crate) struct Population {
    today: Date,
    numbers: HashSet<String>,
}

impl Population {
    /// Nobody yet.
    pub(crate) fn new(today: Date) -> Self {
        Self { today, numbers: HashSet::new() }
    }

    /// The document of one of the people the scenes are about.
    pub(crate) fn role(&mut self, role: &Role, rng: &mut impl Rng) -> Result<RawDocument, DemoError> {
        // A birthday on the 11th of a month other than this one, so that the age does not depend on the day.
        let month = self.today.month() % 12 + 1;
        let year = self.today.year() - role.age - i32::from(month != 1);
        let birth = Date::from_ymd(year, month, 11)?;
        let district = BUREAUS[role.bureau].districts[1];
        let (issued, expires) =
            if role.expired { (self.days_ago(3_680)?, self.days_ago(28)?) } else { self.validity(rng)? };
        let number = self.number(district, birth, role.sex, rng)?;
        let name = role.document_name.to_owned();
        let extras = extras(rng);
        Ok(RawDocument { extras, ..document(number, name, birth, role.sex, district, issued, expires) })
    }

    /// Anybody whom the bureau enrols; three in ten live elsewhere now.
    pub(crate) fn anybody(&mut self, bureau: &Bureau, rng: &mut impl Rng) -> Result<RawDocument, DemoError> {
        let origin = pick(bureau.districts, rng);
        let residence = if rng.gen_bool(0.3) {
            let elsewhere = &BUREAUS[rng.gen_range(0..BUREAUS.len())];
            pick(elsewhere.districts, rng)
        } else {
            origin
        };
        let birth = self.days_ago(rng.gen_range(365 * 6..365 * 85))?;
        let sex = if rng.gen_bool(0.5) { Sex::Male } else { Sex::Female };
        let (issued, expires) = self.validity(rng)?;
        let number = self.number(origin, birth, sex, rng)?;
        let name = format!("{}{}", pick(SURNAMES, rng), pick(GIVEN, rng));
        Ok(document(number, name, birth, sex, residence, issued, expires))
    }

    fn number(
        &mut self,
        region: u32,
        birth: Date,
        sex: Sex,
        rng: &mut impl Rng,
    ) -> Result<String, DemoError> {
        let region = RegionCode::new(region)?;
        // A district has 500 numbers for one day and sex.
        for _ in 0..10_000 {
            let sequence = 2 * rng.gen_range(0..500u16) + u16::from(sex == Sex::Male);
            let number = DocumentNumber::compose(region, birth, sequence)?.as_str().to_owned();
            if self.numbers.insert(number.clone()) {
                return Ok(number);
            }
        }
        Err(DemoError::TooManyPeople)
    }

    fn validity(&self, rng: &mut impl Rng) -> Result<(Date, Date), DemoError> {
        let issued = self.days_ago(rng.gen_range(30..365 * 5))?;
        Ok((issued, issued.plus_days(*[3_652u32, 7_305].choose(rng).unwrap_or(&3_652))?))
    }

    fn days_ago(&self, days: u32) -> Result<Date, DemoError> {
        Ok(Date::from_days(self.today.days().saturating_sub(days))?)
    }
}

fn document(
    number: String,
    name: String,
    birth: Date,
    sex: Sex,
    region: u32,
    issued: Date,
    expires: Date,
) -> RawDocument {
    let sex = match sex {
        Sex::Male => "male",
        Sex::Female => "female",
    };
    RawDocument {
        number,
        name,
        birth: birth.to_string(),
        sex: sex.into(),
        region: format!("{region:06}"),
        issued: issued.to_string(),
        expires: expires.to_string(),
        extras: Vec::new(),
    }
}

/// What else is on an ID. The portrait is noise behind the first bytes of a picture.
fn extras(rng: &mut impl Rng) -> Vec<RawExtra> {
    let mut picture = [0; 60];
    rng.fill_bytes(&mut picture);
    let text =
        |label: &str, value: String| RawExtra { label: label.into(), value: Some(value), value_hex: None };
    let portrait = format!("ffd8ffe0{}", hex::encode(picture));
    vec![
        RawExtra { label: "portrait".into(), value: None, value_hex: Some(portrait) },
        text("address", format!("莲花路{}号", rng.gen_range(1..400))),
        text("ethnic group", "汉".into()),
    ]
}

fn pick<T: Copy>(from: &[T], rng: &mut impl Rng) -> T {
    from[rng.gen_range(0..from.len())]
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::SeedableRng;
    use rand::rngs::StdRng;
    use tacit_credential::document::ResidentId;
    use tacit_credential::region::Jurisdiction;

    #[test]
    fn everybody_has_a_valid_document_of_their_own() {
        let mut rng = StdRng::seed_from_u64(1);
        for today in ["2026-01-31", "2026-12-01", "2028-02-29"] {
            let today = Date::parse(today).unwrap();
            let mut population = Population::new(today);
            for role in &ROLES {
                let document = population.role(role, &mut rng).unwrap();
                let age = age_on(Date::parse(&document.birth).unwrap(), today);
                assert_eq!(age, role.age, "{} on {today}", role.name);
                assert_eq!(Date::parse(&document.expires).unwrap() < today, role.expired, "{}", role.name);
                ResidentId::new(document).unwrap();
            }
            let (mut moved, count) = (0, BUREAUS.len());
            for i in 0..2_000 {
                let document = population.anybody(&BUREAUS[i % count], &mut rng).unwrap();
                let document = ResidentId::new(document).unwrap();
                for (j, bureau) in BUREAUS.iter().enumerate() {
                    let jurisdiction = Jurisdiction::parse([bureau.jurisdiction]).unwrap();
                    assert_eq!(jurisdiction.contains(document.number().region()), j == i % count);
                    moved += usize::from(j == i % count && !jurisdiction.contains(document.region()));
                }
            }
            assert!((300..700).contains(&moved), "{moved}");
            assert_eq!(population.numbers.len(), 2_000 + ROLES.len());
        }
    }

    fn age_on(birth: Date, today: Date) -> i32 {
        let before = (today.month(), today.day()) < (birth.month(), birth.day());
        today.year() - birth.year() - i32::from(before)
    }
}
